import type { ForwardingMethod, Tunnel } from '../../api/table.ts';
import { nearestWord } from '../nearest-word.ts';
import type { Reader } from '../reader.ts';
import type { Statement, Word } from '../statements.ts';
import { integerWord, ports, unexpected } from '../values.ts';

export interface Forwarding {
  readonly forwarding: ForwardingMethod;
  readonly tunnel?: Tunnel;
}

const methods: Readonly<Record<string, ForwardingMethod>> = { NAT: 'masq', DR: 'gate', TUN: 'ipip' };
const checksums: Readonly<Record<string, Tunnel['checksum']>> = {
  nocsum: 'none',
  csum: 'checksum',
  remcsum: 'remote-checksum',
};

/** `lvs_method NAT|DR` or `lvs_method TUN [type ipip|gue port NUM|gre [nocsum|csum|remcsum]]` */
export function readForwarding(reader: Reader, { keyword, parameters }: Statement): Forwarding | undefined {
  const expected = 'NAT, DR or TUN';
  const [kind, ...options] = parameters;
  if (!kind) {
    reader.error(keyword, `"${keyword.text}" needs a value`, { expected });
    return undefined;
  }
  const forwarding = Object.hasOwn(methods, kind.text) ? methods[kind.text] : undefined;
  if (forwarding === undefined) {
    const nearest = nearestWord(kind.text, Object.keys(methods));
    const message = `"${kind.text}" is not a value of "${keyword.text}"`;
    reader.error(kind, message, nearest === undefined ? { expected } : { expected, nearest });
    return undefined;
  }
  const [first] = options;
  if (!first) return { forwarding };
  if (forwarding !== 'ipip') {
    unexpected(reader, first, kind);
    return { forwarding };
  }
  const tunnel = readTunnel(reader, options);
  return tunnel ? { forwarding, tunnel } : { forwarding };
}

function readTunnel(reader: Reader, options: readonly Word[]): Tunnel | undefined {
  const draft = { type: 'ipip' as Tunnel['type'], port: 0, checksum: 'none' as Tunnel['checksum'] };
  const words = options[Symbol.iterator]();
  for (const word of words) {
    const checksum = Object.hasOwn(checksums, word.text) ? checksums[word.text] : undefined;
    if (checksum !== undefined) draft.checksum = checksum;
    else if (word.text === 'type') draft.type = tunnelType(reader, words.next().value ?? word) ?? draft.type;
    else if (word.text === 'port') draft.port = integerWord(reader, words.next().value ?? word, ports) ?? 0;
    else
      reader.error(word, `"${word.text}" is not understood after TUN`, {
        expected: 'type, port, nocsum, csum, remcsum',
      });
  }
  checkTunnel(reader, options, draft);
  // Plain ipip is what every kernel does without being told.
  return draft.type === 'ipip' ? undefined : draft;
}

function checkTunnel(reader: Reader, [at]: readonly Word[], draft: Tunnel): void {
  if (!at) return;
  if (draft.type === 'gue' && draft.port === 0) reader.error(at, 'type gue needs a port', { expected: 'port NUMBER' });
  if (draft.type === 'gre' && draft.checksum === 'remote-checksum')
    reader.error(at, 'type gre has no remcsum', { expected: 'csum or nocsum' });
}

function tunnelType(reader: Reader, word: Word): Tunnel['type'] | undefined {
  const { text } = word;
  if (text === 'ipip' || text === 'gue' || text === 'gre') return text;
  reader.error(word, `"${text}" is not a type of tunnel`, { expected: 'ipip, gue or gre' });
  return undefined;
}

export const methodNames: Readonly<Record<ForwardingMethod, string | undefined>> = {
  masq: 'NAT',
  gate: 'DR',
  ipip: 'TUN',
  // The kernel chooses it by itself for addresses of its own.
  local: undefined,
};
export const checksumNames: Readonly<Record<Tunnel['checksum'], string>> = {
  none: 'nocsum',
  checksum: 'csum',
  'remote-checksum': 'remcsum',
};
