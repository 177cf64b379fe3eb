import { formatAddress, parseAddress } from '../../engine/address.ts';
import type { BindEndpoint, PortRange, ServerEndpoint, SourceAddress } from '../../engine/proxy/endpoints.ts';
import { shown } from '../reader.ts';
import type { Word } from '../statements.ts';
import { LineError, notServed } from './line.ts';

/** Section 11.1 to 11.3: prefixes, and what they stand for. */
const families: Readonly<Record<string, 'any' | 4 | 6>> = {
  ...{ 'ip@': 'any', 'ipv4@': 4, 'ipv6@': 6, 'tcp@': 'any', 'tcp4@': 4, 'tcp6@': 6 },
};

const unserved = /^(?:udp[46]?@|quic[46]@|uxdg@|dgram\+|sockpair@)/;

interface InetText {
  readonly family: 'any' | 4 | 6;
  readonly host: string;
  /** undefined: no colon at all. */
  readonly port: string | undefined;
}

type AddressText =
  | ({ readonly kind: 'inet' } & InetText)
  | { readonly kind: 'unix'; readonly path: string; readonly abstract: boolean }
  | { readonly kind: 'descriptor'; readonly descriptor: number };

/** Section 11.1: splits an address into what it is made of. Throws LineError. */
function splitAddress(word: Word, text: string): AddressText {
  if (unserved.test(text)) throw notServed(word, `the address "${shown(text)}"`);
  const bare = text.replace(/^stream\+/, '');
  const [, unix, path = ''] = /^(unix@|uxst@|abns@)?(.*)$/s.exec(bare) ?? [];
  if (unix !== undefined || bare.startsWith('/')) {
    const abstract = unix === 'abns@';
    const limit = abstract ? 107 : 97;
    if (path.length > limit)
      throw new LineError(word, `the socket's path is too long`, { expected: `up to ${limit} characters` });
    return { kind: 'unix', path, abstract };
  }
  if (bare.startsWith('fd@')) {
    if (!/^\d+$/.test(bare.slice(3)))
      throw new LineError(word, `"${shown(bare)}" is not a file descriptor`, { expected: 'fd@ and a number' });
    return { kind: 'descriptor', descriptor: Number(bare.slice(3)) };
  }
  const [prefix = ''] = /^[a-z]+[46]?@/.exec(bare) ?? [];
  const family = prefix === '' ? 'any' : families[prefix];
  if (family === undefined) throw new LineError(word, `"${prefix}" begins no kind of address`);
  return { kind: 'inet', family, ...hostAndPort(bare.slice(prefix.length)) };
}

/** The port is what follows the last colon, unless a bracket closes behind that. */
function hostAndPort(text: string): Omit<InetText, 'family'> {
  const colon = text.lastIndexOf(':');
  if (colon === -1 || text.lastIndexOf(']') > colon) return { host: text, port: undefined };
  return { host: text.slice(0, colon), port: text.slice(colon + 1) };
}

/** An address as RFC 5952 writes it, a name as it stands, `any` for nothing and `*`. Throws LineError. */
function hostOf(
  word: Word,
  { host, family }: Pick<InetText, 'host' | 'family'>,
): { host: string; family: 'any' | 4 | 6 } {
  if (host === '' || host === '*') return { host: 'any', family: family === 6 ? 6 : family };
  const address = parseAddress(host.replace(/^\[(.*)\]$/, '$1'));
  if (address) {
    if (family !== 'any' && family !== address.family)
      throw new LineError(word, `"${shown(host)}" is not an IPv${family} address`);
    return { host: formatAddress(address), family: address.family };
  }
  if (!isHostName(host))
    throw new LineError(word, `"${shown(host)}" is not an address`, { expected: 'an address or a name' });
  return { host, family };
}

const isHostName = (text: string): boolean =>
  text.length <= 253 && /^(?=.*[A-Za-z_])[\w-]+(?:\.[\w-]+)*\.?$/.test(text);

function portOf(word: Word, text: string, min: number): number {
  const port = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (port >= min && port <= 65_535) return port;
  throw new LineError(word, `"${shown(text)}" is not a port`, { expected: `${min} to 65535` });
}

function rangeOf(word: Word, text: string, min: number): PortRange {
  const [from = '', to = from] = text.split('-');
  const range = { from: portOf(word, from, min), to: portOf(word, to, min) };
  if (range.from > range.to) throw new LineError(word, `the range of ports "${shown(text)}" ends before it begins`);
  return range;
}

/** `bind`'s first word: addresses apart by commas, each with a port or a range of them. Throws LineError. */
export function bindEndpoints(word: Word): BindEndpoint[] {
  // A comma at the end means nothing more.
  const texts = word.text.replace(/,$/, '').split(',');
  return texts.map((text) => bindEndpoint(word, text));
}

function bindEndpoint(word: Word, text: string): BindEndpoint {
  if (text === '') throw new LineError(word, 'an address is missing', { expected: 'such as 192.168.1.200:80' });
  const parts = splitAddress(word, text);
  if (parts.kind !== 'inet') return parts;
  const { port } = parts;
  if (port === undefined || port === '')
    throw new LineError(word, `"${shown(text)}" has no port`, { expected: `${text}:80` });
  return { kind: 'inet', ...hostOf(word, parts), ports: rangeOf(word, port, 1) };
}

/** `server`'s second word. Throws LineError. */
export function serverEndpoint(word: Word): ServerEndpoint {
  const parts = splitAddress(word, word.text);
  if (parts.kind === 'descriptor') throw new LineError(word, 'a file descriptor cannot be a server');
  if (parts.kind === 'unix') return parts;
  return { kind: 'inet', ...hostOf(word, parts), port: serverPort(word, parts.port) };
}

function serverPort(word: Word, text = ''): { number: number; relative: boolean } {
  if (text === '') return { number: 0, relative: true };
  const [, sign, digits = ''] = /^([+-])(\d+)$/.exec(text) ?? [];
  if (sign !== undefined) return { number: (sign === '-' ? -1 : 1) * portOf(word, digits, 0), relative: true };
  if (text.includes('-')) throw new LineError(word, 'a server has one port', { expected: 'such as 192.168.1.10:80' });
  const number = portOf(word, text, 0);
  // Port 0 is the port of the client's connection, as none is.
  return { number, relative: number === 0 };
}

/** `source ADDRESS[:PORT[-PORT]]`. Throws LineError. */
export function sourceAddress(word: Word, allowsRange: boolean): SourceAddress {
  const parts = splitAddress(word, word.text);
  if (parts.kind !== 'inet') throw notServed(word, 'a source that is not an address');
  const { host } = hostOf(word, parts);
  const text = parts.port ?? '';
  if (!allowsRange && text.includes('-')) throw new LineError(word, 'a range of ports cannot stand here');
  return { host, ports: text === '' ? { from: 0, to: 0 } : rangeOf(word, text, 0) };
}

/** An address without a port, for checks and masks. Throws LineError. */
export function hostAlone(word: Word): string {
  const parts = splitAddress(word, word.text);
  if (parts.kind !== 'inet') throw notServed(word, 'a socket in place of an address');
  if (parts.port !== undefined && parts.port !== '')
    throw new LineError(word, 'a port cannot stand here', { expected: 'an address' });
  return hostOf(word, parts).host;
}

/** Where a log or a dispatch goes: host and port, `port` when there is none. Throws LineError. */
export function hostWithPort(word: Word, text: string, port: number): { host: string; port: number } {
  const parts = splitAddress(word, text);
  if (parts.kind !== 'inet') throw notServed(word, `the address "${shown(text)}"`);
  const given = parts.port ?? '';
  return { host: hostOf(word, parts).host, port: given === '' ? port : portOf(word, given, 0) || port };
}

export { splitAddress };
