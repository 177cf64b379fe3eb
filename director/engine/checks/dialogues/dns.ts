import type { DnsCheckConfiguration } from '../configuration.ts';
import type { CheckResult } from '../result.ts';
import { concat, fromLatin1, latin1, uint16, type Bytes } from './bytes.ts';
import { Input, type Dialogue, type Steps } from './conversation.ts';
import { matches } from './pattern.ts';

/** Record types (IANA) that can be asked for by name; any other as `TYPEn` (RFC 3597). */
const types = new Map([
  ['A', 1],
  ['NS', 2],
  ['CNAME', 5],
  ['SOA', 6],
  ['PTR', 12],
  ['MX', 15],
  ['TXT', 16],
  ['AAAA', 28],
  ['SRV', 33],
  ['RRSIG', 46],
  ['DNSKEY', 48],
  ['CAA', 257],
  ['ANY', 255],
]);
const anyType = 255;
const codes = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];

/**
 * keepalived's DNS_CHECK (check_dns.c): well when an answer with our identifier has RCODE 0, with or without records; with `expect`
 * ldirectord's dns: one record's data must match. Messages that are no answer to us are passed over.
 */
export function* dns(check: DnsCheckConfiguration, identifier: number): Dialogue {
  const { name, type } = check;
  const number = types.get(type.toUpperCase()) ?? Number(/^TYPE(\d+)$/i.exec(type)?.[1] ?? NaN);
  if (Number.isNaN(number)) return { ok: false, reason: `${type} is no type of record` };
  const query = queryOf(name, number, identifier);
  const overTcp = check.transport === 'tcp';
  const input = new Input();
  // RFC 1035 section 4.2.2: over TCP a message comes after its length.
  yield { type: 'send', bytes: overTcp ? concat(uint16(query.length), query) : query };
  for (;;) {
    const message = overTcp ? yield* countedMessage(input) : yield { type: 'receive', channel: 'main' };
    if (message === undefined) return { ok: false, reason: 'the port is closed' };
    const isAnswer = message.length >= 12 && (word(message, 2) & 0x8000) !== 0;
    if (isAnswer && word(message, 0) === identifier) return judge(check, message, number);
  }
}

function* countedMessage(input: Input): Steps<Bytes> {
  const [high = 0, low = 0] = yield* input.bytes(2, 'the answer');
  return yield* input.bytes((high << 8) | low, 'the end of the answer');
}

function judge({ name, type, expect = '' }: DnsCheckConfiguration, message: Bytes, number: number): CheckResult {
  const code = word(message, 2) & 15;
  const question = `${type} of ${name === '' ? '.' : name}`;
  if (code !== 0) return { ok: false, reason: `${question}: ${codes[code] ?? `RCODE ${code}`}` };
  const records = recordsOf(message);
  const seen = records.length === 0 ? 'no records' : records.map(({ text }) => text).join(', ');
  if (expect === '' || records.some((one) => (number === anyType || one.type === number) && matches(one.text, expect)))
    return { ok: true, reason: `${question}: ${seen}` };
  return { ok: false, reason: `${question}: ${seen}, where ${expect} was expected` };
}

/** RFC 1035 section 4.1, recursion desired. */
function queryOf(name: string, type: number, identifier: number): Bytes {
  const labels = name.split('.').filter((label) => label !== '');
  const encoded = labels.flatMap((label) => [label.length, ...latin1(label)]);
  return concat(
    uint16(identifier),
    uint16(0x0100),
    uint16(1),
    [0, 0, 0, 0, 0, 0],
    encoded,
    [0],
    uint16(type),
    uint16(1),
  );
}

const word = (bytes: Bytes, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

/** The data of all answers as text: addresses, names, strings. What is cut off or loops ends the list. */
function recordsOf(message: Bytes): { type: number; text: string }[] {
  const data: { type: number; text: string }[] = [];
  let at = 12;
  for (let left = word(message, 4); left > 0; left--) at = readName(message, at).end + 4;
  for (let left = word(message, 6); left > 0 && at < message.length; left--) {
    const { end } = readName(message, at);
    const length = word(message, end + 8);
    const type = word(message, end);
    data.push({ type, text: textOf(message, type, end + 10, length) });
    at = end + 10 + length;
  }
  return data;
}

function textOf(message: Bytes, type: number, at: number, length: number): string {
  const data = message.subarray(at, at + length);
  if (type === 1) return data.join('.');
  if (type === 28) return Array.from({ length: 8 }, (_, index) => word(data, index * 2).toString(16)).join(':');
  if (type === 2 || type === 5 || type === 12 || type === 6) return readName(message, at).name;
  if (type === 15) return `${word(data, 0)} ${readName(message, at + 2).name}`;
  if (type === 16) return fromLatin1(data.subarray(1));
  return `${length} bytes`;
}

/** A name with compression (RFC 1035 section 4.1.4); `end` is where it ends at its first place. */
function readName(message: Bytes, start: number): { name: string; end: number } {
  const labels: string[] = [];
  let at = start;
  let end: number | undefined;
  // Pointers may form a loop: a name has at most 128 labels.
  for (let steps = 0; steps < 128; steps++) {
    const length = message[at] ?? 0;
    if (length === 0) break;
    if (length >= 0xc0) {
      end ??= at + 2;
      at = word(message, at) & 0x3fff;
      continue;
    }
    labels.push(fromLatin1(message.subarray(at + 1, at + 1 + length)));
    at += 1 + length;
  }
  return { name: labels.join('.'), end: end ?? at + 1 };
}
