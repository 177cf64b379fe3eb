import type { Tracker, UnicastConfiguration, VirtualAddress } from '../../engine/vrrp/configuration.ts';
import type { VrrpInstanceConfiguration } from '../../engine/vrrp/configuration.ts';
import type { Keywords, Reader } from '../reader.ts';
import type { Statement, Word } from '../statements.ts';
import { address, choice, defined, flag, integer, seconds, single } from '../values.ts';
import { garpKeywords, readMulticastGroup, readVersion, ruleKeywords, type GlobalDefaults } from './global-defs.ts';
import { readVirtualAddress } from './virtual-address.ts';
import { checkDraft } from './vrrp-instance-checks.ts';
import { commandOf, notifyKeywords, notifyScripts, type NotifyDraft } from './vrrp-notify.ts';
import { trackKeywords, type Trackables } from './vrrp-tracking.ts';
import { readUnicastPeers } from './vrrp-unicast.ts';

/** An instance while it is read; the words are there to point at in messages. */
export interface InstanceDraft extends GlobalDefaults {
  readonly at: Word;
  readonly name: string;
  interface?: Word;
  vrid?: number;
  priority: number;
  advertIntervalMs: number;
  advertAt?: Word;
  /** Undefined: as the priority says. */
  state?: 'MASTER' | 'BACKUP';
  preempt: boolean;
  preemptDelayMs: number;
  preemptDelayAt?: Word;
  passwordAt?: Word;
  addressLines: readonly Statement[];
  addresses: readonly VirtualAddress[];
  excludedLines: readonly Statement[];
  excluded: readonly VirtualAddress[];
  sourceAddress?: string;
  multicastGroup?: string;
  unicastAt?: Word;
  peers: UnicastConfiguration['peers'];
  unicastTtl: number;
  ignoreInterfaceState: boolean;
  accept?: boolean;
  readonly track: Tracker[];
  readonly notify: NotifyDraft;
}

/** `vrrp_instance NAME { … }` with the defaults of keepalived 2.2 (reference: keepalived.conf(5), vrrp_data.c). */
export function readVrrpInstance(
  reader: Reader,
  statement: Statement,
  defaults: GlobalDefaults,
  trackables: Trackables,
): VrrpInstanceConfiguration | undefined {
  const name = single(reader, statement, 'the name of the instance');
  const draft: InstanceDraft = {
    ...defaults,
    at: statement.keyword,
    name: name?.text ?? '',
    priority: 100,
    advertIntervalMs: 1000,
    preempt: true,
    preemptDelayMs: 0,
    addressLines: [],
    addresses: [],
    excludedLines: [],
    excluded: [],
    peers: [],
    unicastTtl: 255,
    ignoreInterfaceState: false,
    track: [],
    notify: {},
  };
  reader.block(reader.blockOf(statement), 'vrrp_instance', {
    ...protocolKeywords(reader, draft),
    ...wayKeywords(reader, draft),
    ...addressKeywords(reader, draft),
    ...trackKeywords(reader, trackables, (tracker) => draft.track.push(tracker)),
    ...notifyKeywords(reader, draft.notify),
    notify_master_rx_lower_pri: (line) => {
      const command = commandOf(reader, line);
      if (command) draft.notify.masterReceivedLowerPriority = command;
    },
    smtp_alert: () => undefined,
    debug: () => undefined,
  });
  readAddresses(reader, draft);
  checkDraft(reader, draft);
  return complete(draft);
}

function protocolKeywords(reader: Reader, draft: InstanceDraft): Keywords {
  return {
    state: (line) => {
      const state = choice(reader, line, ['MASTER', 'BACKUP']);
      if (state) draft.state = state;
    },
    virtual_router_id: (line) => {
      const vrid = integer(reader, line, { min: 1, max: 255 });
      if (vrid !== undefined) draft.vrid = vrid;
    },
    priority: (line) => (draft.priority = integer(reader, line, { min: 1, max: 255 }) ?? draft.priority),
    advert_int: (line) => {
      draft.advertAt = line.keyword;
      draft.advertIntervalMs = seconds(reader, line, { min: 0.01, max: 255 }) ?? draft.advertIntervalMs;
    },
    version: (line) => (draft.version = readVersion(reader, line) ?? draft.version),
    authentication: (line) => readAuthentication(reader, line, draft),
    preempt: (line) => (draft.preempt = flag(reader, line)),
    nopreempt: (line) => (draft.preempt = !flag(reader, line)),
    preempt_delay: (line) => {
      draft.preemptDelayAt = line.keyword;
      draft.preemptDelayMs = seconds(reader, line, { min: 0, max: 1000 }) ?? draft.preemptDelayMs;
    },
    strict_mode: (line) => (draft.strict = flag(reader, line)),
    accept: (line) => (draft.accept = flag(reader, line)),
    no_accept: (line) => (draft.accept = !flag(reader, line)),
    ...garpKeywords(reader, draft, ''),
    ...ruleKeywords(reader, draft, ''),
  };
}

/** Where adverts come from and where they go. */
function wayKeywords(reader: Reader, draft: InstanceDraft): Keywords {
  const source = (line: Statement): void => {
    const found = address(reader, line);
    if (found !== undefined) draft.sourceAddress = found;
  };
  return {
    interface: (line) => {
      const word = single(reader, line, 'the name of an interface');
      if (word) draft.interface = word;
    },
    mcast_src_ip: source,
    unicast_src_ip: source,
    mcast_dst_ip: (line) => {
      const group = readMulticastGroup(reader, single(reader, line, 'such as 224.0.0.18'));
      if (group !== undefined) draft.multicastGroup = group;
    },
    unicast_peer: (line) => {
      draft.unicastAt = line.keyword;
      draft.peers = [...draft.peers, ...readUnicastPeers(reader, line)];
    },
    unicast_ttl: (line) => (draft.unicastTtl = integer(reader, line, { min: 0, max: 255 }) ?? draft.unicastTtl),
    check_unicast_src: (line) => (draft.checkUnicastSource = flag(reader, line)),
    dont_track_primary: (line) => (draft.ignoreInterfaceState = flag(reader, line)),
  };
}

function addressKeywords(reader: Reader, draft: InstanceDraft): Keywords {
  return {
    virtual_ipaddress: (line) => (draft.addressLines = [...draft.addressLines, ...reader.blockOf(line)]),
    virtual_ipaddress_excluded: (line) => (draft.excludedLines = [...draft.excludedLines, ...reader.blockOf(line)]),
    // The addresses say which family it is; keepalived only warns of this word.
    native_ipv6: () => undefined,
  };
}

function readAuthentication(reader: Reader, statement: Statement, draft: InstanceDraft): void {
  reader.block(reader.blockOf(statement), 'authentication', {
    auth_type: (line) => {
      const type = choice(reader, line, ['PASS', 'AH']);
      if (type === 'AH') reader.error(line.keyword, 'auth_type AH is not supported', { expected: 'PASS' });
    },
    auth_pass: (line) => {
      const word = single(reader, line, 'a password of 1 to 8 characters');
      if (word) draft.passwordAt = word;
      if (word && word.text.length > 8) reader.warn(word, 'only the first 8 characters of the password count');
    },
  });
}

/** Once all words are read: an address stands on the instance's interface unless it says otherwise. */
function readAddresses(reader: Reader, draft: InstanceDraft): void {
  const read = (line: Statement): VirtualAddress[] => {
    const found = readVirtualAddress(reader, line, draft.interface?.text ?? '');
    return found ? [found] : [];
  };
  draft.addresses = draft.addressLines.flatMap(read);
  draft.excluded = draft.excludedLines.flatMap(read);
}

function complete(draft: InstanceDraft): VrrpInstanceConfiguration | undefined {
  const device = draft.interface?.text;
  if (device === undefined || draft.vrid === undefined) return undefined;
  const { state = draft.priority === 255 ? 'MASTER' : 'BACKUP' } = draft;
  const password = draft.version === 2 && !draft.strict ? draft.passwordAt?.text.slice(0, 8) : undefined;
  return {
    name: draft.name,
    version: draft.version,
    interface: device,
    vrid: draft.vrid,
    priority: draft.priority,
    advertIntervalMs: draft.advertIntervalMs,
    startsAs: state,
    preempt: draft.preempt || state === 'MASTER',
    preemptDelayMs: draft.preemptDelayMs,
    virtualAddresses: draft.addresses,
    gratuitousArp: {
      repeat: draft.garpRepeat,
      delayMs: draft.garpDelayMs,
      refreshMs: draft.garpRefreshMs,
      refreshRepeat: draft.garpRefreshRepeat,
      ...defined({ lowerPriorityRepeat: draft.garpLowerRepeat, lowerPriorityDelayMs: draft.garpLowerDelayMs }),
      ...(draft.garpIntervalMs > 0 ? { intervalMs: draft.garpIntervalMs } : {}),
      ...(draft.naIntervalMs > 0 ? { neighbourIntervalMs: draft.naIntervalMs } : {}),
    },
    ...defined({ password, ...options(draft) }),
  };
}

/** What is only in the model when the file asks for it. */
function options(draft: InstanceDraft) {
  const six = draft.addresses[0]?.address.includes(':') === true;
  const { peers, sourceAddress } = draft;
  const checkSource = draft.checkUnicastSource || peers.some((peer) => 'minTtl' in peer || 'maxTtl' in peer);
  const asked = <T>(value: boolean, then: T): T | undefined => (value ? then : undefined);
  return {
    excludedAddresses: asked(draft.excluded.length > 0, draft.excluded),
    sourceAddress,
    multicastGroup: draft.multicastGroup ?? (six ? draft.multicastGroup6 : draft.multicastGroup4),
    unicast: asked(draft.unicastAt !== undefined, { peers, ttl: draft.unicastTtl, checkSource }),
    checksumAsVersion2: asked(draft.checksumAsVersion2, true),
    skipAddressCheck: asked(draft.skipAddressCheck, true),
    lowerPriorityNoAdvert: asked(draft.lowerPriorityNoAdvert, true),
    higherPrioritySendAdvert: asked(draft.higherPrioritySendAdvert, true),
    downTimerAdverts: asked(draft.downTimerAdverts !== 3, draft.downTimerAdverts),
    ignoreInterfaceState: asked(draft.ignoreInterfaceState, true),
    track: asked(draft.track.length > 0, draft.track),
    notify: notifyScripts(draft.notify),
  };
}
