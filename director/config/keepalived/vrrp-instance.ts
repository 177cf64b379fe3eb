import type { VrrpInstanceConfiguration, VirtualAddress } from '../../engine/vrrp/configuration.ts';
import type { Keywords, Reader } from '../reader.ts';
import type { Statement, Word } from '../statements.ts';
import { choice, flag, integer, seconds, single } from '../values.ts';
import { garpKeywords, readVersion, type GlobalDefaults } from './global-defs.ts';
import { readVirtualAddress } from './virtual-address.ts';

interface Draft extends GlobalDefaults {
  readonly at: Word;
  readonly name: string;
  interface?: Word;
  vrid?: number;
  priority: number;
  advertIntervalMs: number;
  advertAt?: Word;
  state: 'MASTER' | 'BACKUP';
  preempt: boolean;
  preemptDelayMs: number;
  passwordAt?: Word;
  addressLines: readonly Statement[];
}

/** `vrrp_instance NAME { … }` with the defaults of keepalived 2.2 (reference: keepalived.conf(5), vrrp_data.c). */
export function readVrrpInstance(
  reader: Reader,
  statement: Statement,
  defaults: GlobalDefaults,
): VrrpInstanceConfiguration | undefined {
  const name = single(reader, statement, 'the name of the instance');
  const draft: Draft = {
    ...defaults,
    at: statement.keyword,
    name: name?.text ?? '',
    priority: 100,
    advertIntervalMs: 1000,
    state: 'BACKUP',
    preempt: true,
    preemptDelayMs: 0,
    addressLines: [],
  };
  reader.block(reader.blockOf(statement), 'vrrp_instance', instanceKeywords(reader, draft));
  checkDraft(reader, draft);
  return complete(reader, draft);
}

function instanceKeywords(reader: Reader, draft: Draft): Keywords {
  return {
    state: (line) => (draft.state = choice(reader, line, ['MASTER', 'BACKUP']) ?? draft.state),
    interface: (line) => {
      const word = single(reader, line, 'the name of an interface');
      if (word) draft.interface = word;
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
    virtual_ipaddress: (line) => (draft.addressLines = [...draft.addressLines, ...reader.blockOf(line)]),
    preempt: (line) => (draft.preempt = flag(reader, line)),
    nopreempt: (line) => (draft.preempt = !flag(reader, line)),
    preempt_delay: (line) =>
      (draft.preemptDelayMs = seconds(reader, line, { min: 0, max: 1000 }) ?? draft.preemptDelayMs),
    ...garpKeywords(reader, draft, ''),
    smtp_alert: () => undefined,
    debug: () => undefined,
  };
}

function readAuthentication(reader: Reader, statement: Statement, draft: Draft): void {
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

function checkDraft(reader: Reader, draft: Draft): void {
  const { at, advertAt = at, version, advertIntervalMs } = draft;
  if (!draft.interface) reader.error(at, `instance "${draft.name}" names no interface`, { expected: 'interface NAME' });
  if (draft.vrid === undefined)
    reader.error(at, `instance "${draft.name}" has no virtual router identifier`, {
      expected: 'virtual_router_id 1–255',
    });
  if (draft.addressLines.length === 0)
    reader.error(at, `instance "${draft.name}" has no address to move`, { expected: 'virtual_ipaddress { … }' });
  if (version === 2 && advertIntervalMs % 1000 !== 0)
    reader.error(advertAt, 'version 2 of VRRP counts whole seconds', { expected: 'whole seconds, or version 3' });
  // RFC 9568 section 5.2.7: 12 bits of hundredths of a second.
  if (version === 3 && advertIntervalMs > 40_950)
    reader.error(advertAt, 'version 3 of VRRP counts up to 40.95 seconds', { expected: 'seconds from 0.01 to 40.95' });
  if (version === 3 && advertIntervalMs % 10 !== 0)
    reader.error(advertAt, 'version 3 of VRRP counts hundredths of a second', { expected: 'such as 0.1 or 0.25' });
  if (version === 3 && draft.passwordAt)
    reader.warn(draft.passwordAt, 'version 3 of VRRP has no authentication; the password is not used');
  if (!draft.preempt && draft.state === 'MASTER')
    reader.warn(at, 'nopreempt needs the initial state BACKUP; it is not used');
}

function complete(reader: Reader, draft: Draft): VrrpInstanceConfiguration | undefined {
  const device = draft.interface?.text;
  const virtualAddresses = draft.addressLines
    .map((line) => readVirtualAddress(reader, line, device ?? ''))
    .filter((address): address is VirtualAddress => address !== undefined);
  if (device === undefined || draft.vrid === undefined) return undefined;
  return {
    name: draft.name,
    version: draft.version,
    interface: device,
    vrid: draft.vrid,
    priority: draft.priority,
    advertIntervalMs: draft.advertIntervalMs,
    startsAs: draft.state,
    preempt: draft.preempt || draft.state === 'MASTER',
    preemptDelayMs: draft.preemptDelayMs,
    virtualAddresses,
    ...(draft.version === 2 && draft.passwordAt ? { password: draft.passwordAt.text.slice(0, 8) } : {}),
    gratuitousArp: {
      repeat: draft.garpRepeat,
      delayMs: draft.garpDelayMs,
      refreshMs: draft.garpRefreshMs,
      refreshRepeat: draft.garpRefreshRepeat,
    },
  };
}
