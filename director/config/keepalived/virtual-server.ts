import { schedulerFlagSchema, type SchedulerFlag } from '../../api/table.ts';
import type {
  NotifyCommand,
  RealServerConfiguration,
  VirtualServerConfiguration,
} from '../../engine/checks/configuration.ts';
import { schedulerNames } from '../schedulers.ts';
import type { Keywords, Reader } from '../reader.ts';
import type { Statement, Word } from '../statements.ts';
import { choice, familyOf, flag, integer, integerWord, single, text } from '../values.ts';
import { timingDefaults, timingKeywords } from './check-timing.ts';
import { notDone } from './check-target.ts';
import { readEndpoint } from './endpoint.ts';
import { readForwarding, type Forwarding } from './forwarding.ts';
import { readRealServer, type ServerDefaults } from './real-server.ts';
import type { Trackables } from './vrrp-tracking.ts';
import { notifyCommand } from './scripts.ts';
import { readServiceTargets, type ServiceGroup, type ServiceTarget } from './service-keys.ts';
import { finishVirtualServer } from './virtual-server-checks.ts';

export interface VirtualServerStatement {
  readonly statement: Statement;
  /** Real servers that a stray brace has pushed out of the block; they count as written inside. */
  readonly extraServers: Statement[];
}

export interface SorryDraft {
  endpoint?: { address: string; port: number } | undefined;
  inhibit: boolean;
  forwarding?: Forwarding | undefined;
}

/** What a block says, before it is known for which of the group's services. */
export interface VirtualServerDraft {
  readonly at: Word;
  protocol?: 'TCP' | 'UDP' | undefined;
  scheduler?: string | undefined;
  readonly flags: SchedulerFlag[];
  onePacket: boolean;
  family?: 4 | 6 | undefined;
  persistenceSeconds?: number | undefined;
  mask?: { readonly text: string; readonly at: Word } | undefined;
  engine?: string | undefined;
  quorum: number;
  hysteresis: number;
  quorumUp?: NotifyCommand | undefined;
  quorumDown?: NotifyCommand | undefined;
  notifiesOnStop: boolean;
  readonly sorry: SorryDraft;
  readonly serverLines: Statement[];
  readonly defaults: ServerDefaults;
}

/** include/linux/ip_vs.h: what `persistence_timeout` means when it stands alone. */
const persistenceDefault = 360;
/** 31 days, as in ipvsadm. */
const persistenceRange = { min: 1, max: 2_678_400 };
const counts = { min: 1, max: 0x7fff_ffff };

/** One block; a group of addresses and marks gives one service each. */
export function readVirtualServers(
  reader: Reader,
  { statement, extraServers }: VirtualServerStatement,
  groups: readonly ServiceGroup[],
  files: Trackables['files'],
): VirtualServerConfiguration[] {
  const targets = readServiceTargets(reader, statement, groups);
  const draft: VirtualServerDraft = {
    at: statement.keyword,
    flags: [],
    onePacket: false,
    quorum: 1,
    hysteresis: 0,
    notifiesOnStop: false,
    sorry: { inhibit: false },
    serverLines: [],
    defaults: {
      timing: { ...timingDefaults },
      forwarding: { forwarding: 'masq' },
      weight: 1,
      startsDown: false,
      inhibitOnFailure: false,
      files,
    },
  };
  reader.block(reader.blockOf(statement), 'virtual_server', {
    ...serviceKeywords(reader, draft),
    ...poolKeywords(reader, draft),
    ...flagKeywords(reader, draft),
  });
  const lines = [...draft.serverLines, ...extraServers];
  return targets.map((target, index) => {
    // The same lines again for every member of a group: what is wrong with them is told once.
    const quiet = index === 0 ? reader : reader.silent();
    const port = 'port' in target ? target.port : 0;
    const servers = readServers(quiet, lines, draft.defaults, port);
    return reader.placed(
      finishVirtualServer(quiet, draft, withFamily(draft, target, servers), servers),
      statement.keyword,
    );
  });
}

/** The family of a mark: as written, or that of the servers. */
function withFamily(draft: VirtualServerDraft, target: ServiceTarget, servers: readonly RealServerConfiguration[]) {
  if ('address' in target) return target;
  const [first] = servers;
  return { mark: target.mark, family: target.family ?? draft.family ?? (first ? familyOf(first.address) : 4) };
}

function serviceKeywords(reader: Reader, draft: VirtualServerDraft): Keywords {
  const scheduler = (line: Statement): void => {
    // One that was wrong is not missing too.
    draft.scheduler = choice(reader, line, schedulerNames) ?? draft.scheduler ?? 'wlc';
  };
  const forwarding = (line: Statement): void => {
    draft.defaults.forwarding = readForwarding(reader, line) ?? draft.defaults.forwarding;
  };
  return {
    lb_algo: scheduler,
    lvs_sched: scheduler,
    lb_kind: forwarding,
    lvs_method: forwarding,
    protocol: (line) => (draft.protocol = readProtocol(reader, line) ?? draft.protocol ?? 'UDP'),
    ops: (line) => (draft.onePacket = flag(reader, line)),
    ip_family: (line) => {
      const family = choice(reader, line, ['inet', 'inet6']);
      if (family !== undefined) draft.family = family === 'inet6' ? 6 : 4;
    },
    persistence_timeout: (line) => {
      const [word] = line.parameters;
      draft.persistenceSeconds = word ? integerWord(reader, word, persistenceRange) : persistenceDefault;
    },
    persistence_granularity: (line) => {
      const at = single(reader, line, 'a netmask such as 255.255.255.0, or a prefix length');
      draft.mask = at && { text: at.text, at };
    },
    persistence_engine: (line) => (draft.engine = text(reader, line, 'sip')),
    ha_suspend: (line) => notDone(reader, line, 'checks run whoever has the address'),
    smtp_alert: () => undefined,
    snmp_name: () => undefined,
  };
}

function poolKeywords(reader: Reader, draft: VirtualServerDraft): Keywords {
  const { defaults, sorry } = draft;
  return {
    virtualhost: (line) => {
      const name = text(reader, line, 'the name of a host');
      if (name !== undefined) defaults.virtualHost = name;
    },
    alpha: (line) => (defaults.startsDown = flag(reader, line)),
    omega: (line) => (draft.notifiesOnStop = flag(reader, line)),
    quorum: (line) => (draft.quorum = integer(reader, line, counts) ?? draft.quorum),
    hysteresis: (line) => (draft.hysteresis = integer(reader, line, { ...counts, min: 0 }) ?? draft.hysteresis),
    quorum_up: (line) => (draft.quorumUp = notifyCommand(reader, line)),
    quorum_down: (line) => (draft.quorumDown = notifyCommand(reader, line)),
    sorry_server: (line) => (sorry.endpoint = readEndpoint(reader, line)),
    sorry_server_inhibit: (line) => (sorry.inhibit = flag(reader, line)),
    sorry_server_lvs_method: (line) => (sorry.forwarding = readForwarding(reader, line)),
    inhibit_on_failure: (line) => (defaults.inhibitOnFailure = flag(reader, line)),
    weight: (line) => (defaults.weight = integer(reader, line, { min: 0, max: 0x7fff_ffff }) ?? defaults.weight),
    ...timingKeywords(reader, defaults.timing),
    real_server: (line) => draft.serverLines.push(line),
  };
}

function flagKeywords(reader: Reader, draft: VirtualServerDraft): Keywords {
  return Object.fromEntries(
    schedulerFlagSchema.options.map((name) => [
      name,
      (line: Statement) => {
        if (flag(reader, line) && !draft.flags.includes(name)) draft.flags.push(name);
      },
    ]),
  );
}

function readProtocol(reader: Reader, line: Statement): 'TCP' | 'UDP' | undefined {
  const protocol = choice(reader, line, ['TCP', 'UDP', 'SCTP']);
  if (protocol !== 'SCTP') return protocol;
  reader.error(line.keyword, 'this director does not balance SCTP', { expected: 'TCP or UDP' });
  return undefined;
}

function readServers(
  reader: Reader,
  lines: readonly Statement[],
  defaults: ServerDefaults,
  port: number,
): RealServerConfiguration[] {
  const servers = new Map<string, RealServerConfiguration>();
  for (const line of lines) {
    const server = readRealServer(reader, line, defaults, port);
    if (!server) continue;
    const key = `${server.address} ${server.port}`;
    if (servers.has(key)) reader.warn(line.keyword, `real server ${key} is there twice; the first one counts`);
    else servers.set(key, server);
  }
  return [...servers.values()];
}
