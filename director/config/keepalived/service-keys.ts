import { formatAddress, fromBytes, parseAddress, toBytes } from '../../engine/address.ts';
import { nearestWord } from '../nearest-word.ts';
import type { Reader } from '../reader.ts';
import { shown } from '../reader.ts';
import type { Statement, Word } from '../statements.ts';
import { addressWord, integerWord } from '../values.ts';
import { readPort } from './endpoint.ts';

/** What a virtual_server stands for: an address and port, or a firewall mark (of a family, where one is given). */
export type ServiceTarget =
  { readonly address: string; readonly port: number } | { readonly mark: number; readonly family?: 4 | 6 };

/** `virtual_server_group NAME { ADDRESS PORT … fwmark N … }` */
export interface ServiceGroup {
  readonly name: Word;
  readonly targets: readonly ServiceTarget[];
}

const marks = { min: 1, max: 0xffff_ffff };
const largestRange = 65_536;

/** The words after virtual_server: `ADDRESS [PORT]`, `fwmark N` or `group NAME`. */
export function readServiceTargets(
  reader: Reader,
  { keyword, parameters }: Statement,
  groups: readonly ServiceGroup[],
): readonly ServiceTarget[] {
  const [first, second] = parameters;
  const expected = 'ADDRESS PORT, fwmark NUMBER or group NAME';
  if (!first || (!second && (first.text === 'fwmark' || first.text === 'group'))) {
    reader.error(keyword, `"${keyword.text}" needs an address and a port`, { expected });
    return [];
  }
  if (second && first.text === 'group') return groupTargets(reader, second, groups);
  if (second && first.text === 'fwmark') {
    const mark = integerWord(reader, second, marks);
    return mark === undefined ? [] : [{ mark }];
  }
  const address = addressWord(reader, first);
  const port = readPort(reader, second);
  return address === undefined || port === undefined ? [] : [{ address, port }];
}

function groupTargets(reader: Reader, name: Word, groups: readonly ServiceGroup[]): readonly ServiceTarget[] {
  const group = groups.find((one) => one.name.text === name.text);
  if (group) return group.targets;
  const nearest = nearestWord(
    name.text,
    groups.map((one) => one.name.text),
  );
  reader.error(
    name,
    `there is no virtual_server_group "${shown(name.text)}"`,
    nearest === undefined ? {} : { nearest },
  );
  return [];
}

export function readServiceGroup(reader: Reader, statement: Statement): ServiceGroup | undefined {
  const [name] = statement.parameters;
  if (!name) {
    reader.error(statement.keyword, 'a virtual_server_group without a name', { expected: 'virtual_server_group NAME' });
    return undefined;
  }
  const targets = reader.blockOf(statement).flatMap((line) => groupLine(reader, line));
  if (targets.length === 0) reader.warn(statement.keyword, 'a virtual_server_group without members');
  if (targets.length > largestRange) {
    reader.error(statement.keyword, `more than ${largestRange} addresses`);
    return { name, targets: [] };
  }
  return { name, targets };
}

function groupLine(reader: Reader, { keyword, parameters }: Statement): ServiceTarget[] {
  const [first, second] = parameters;
  if (keyword.text === 'fwmark') {
    const mark = first && integerWord(reader, first, marks);
    if (!first) reader.error(keyword, '"fwmark" needs a number');
    if (second && second.text !== 'inet' && second.text !== 'inet6')
      reader.error(second, `"${second.text}" is not a family`, { expected: 'inet or inet6' });
    if (mark === undefined) return [];
    return [second ? { mark, family: second.text === 'inet6' ? 6 : 4 } : { mark }];
  }
  const port = readPort(reader, first);
  const addresses = rangeOf(reader, keyword);
  return port === undefined ? [] : addresses.map((address) => ({ address, port }));
}

/** `192.168.200.1-10`, `192.168.200.250-192.168.201.10`, `192.168.202.8/29` or one address. */
function rangeOf(reader: Reader, word: Word): string[] {
  const { text } = word;
  const [start = '', end, moreEnds] = text.split('-');
  const [base = '', prefix] = start.split('/');
  const first = parseAddress(base);
  const bounds = first && moreEnds === undefined ? boundsOf(first, end, prefix) : undefined;
  const expected = 'ADDRESS, ADDRESS-LAST or ADDRESS/PREFIX';
  if (!first || !bounds) {
    reader.error(word, `"${shown(text)}" is neither an address nor a range`, { expected });
    return [];
  }
  const count = bounds.last - bounds.first + 1n;
  if (count < 1n || count > BigInt(largestRange)) {
    reader.error(word, `"${text}" is no range of 1 to ${largestRange} addresses`, { expected });
    return [];
  }
  return Array.from({ length: Number(count) }, (_, index) => {
    return formatAddress(fromBytes(bytesOf(bounds.first + BigInt(index), first.family === 4 ? 4 : 16)));
  });
}

function boundsOf(
  first: NonNullable<ReturnType<typeof parseAddress>>,
  end: string | undefined,
  prefix: string | undefined,
): { first: bigint; last: bigint } | undefined {
  const bits = first.family === 4 ? 32n : 128n;
  const start = numberOf(toBytes(first));
  if (prefix !== undefined) {
    if (end !== undefined || !/^\d{1,3}$/.test(prefix) || BigInt(prefix) > bits) return undefined;
    const size = 1n << (bits - BigInt(prefix));
    const network = (start / size) * size;
    return { first: network, last: network + size - 1n };
  }
  if (end === undefined) return { first: start, last: start };
  const last = parseAddress(end);
  if (last) return last.family === first.family ? { first: start, last: numberOf(toBytes(last)) } : undefined;
  // Only the last part of the address: decimal and up to 255, or hexadecimal and up to ffff.
  const part = first.family === 4 ? /^\d{1,3}$/ : /^[\da-f]{1,4}$/i;
  if (!part.test(end)) return undefined;
  const value = BigInt(first.family === 4 ? end : `0x${end}`);
  const size = first.family === 4 ? 256n : 65_536n;
  return value < size ? { first: start, last: (start / size) * size + value } : undefined;
}

function numberOf(bytes: Uint8Array): bigint {
  return bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
}

function bytesOf(value: bigint, length: number): number[] {
  return Array.from({ length }, (_, index) => Number((value >> BigInt(8 * (length - 1 - index))) & 0xffn));
}
