/** What FTP says about data connections (RFC 959, RFC 2428), found in the payload of one segment. */
import { parseAddress } from '../address.ts';
import type { Address, Family } from '../address.ts';

export interface FtpEndpoint {
  readonly address: Address;
  readonly port: number;
  /** Where the text of address and port lies in the payload: [start, end). */
  readonly start: number;
  readonly end: number;
}

/** Longest line with an endpoint in it: an EPRT command with an IPv6 address. */
const LONGEST = 512;

function textOf(payload: Uint8Array): string {
  return String.fromCharCode(...payload.subarray(0, LONGEST));
}

/** `227 Entering Passive Mode (10,0,100,2,195,80)`, at the beginning of a segment, as ip_vs_ftp looks for it. */
export function readPassiveReply(payload: Uint8Array): FtpEndpoint | undefined {
  const text = textOf(payload);
  const match = /^227 [^\r\n]*?\(?(\d+,\d+,\d+,\d+,\d+,\d+)(?!\d)/.exec(text);
  const numbers = match?.[1];
  if (match === null || numbers === undefined) return undefined;
  return endpointOf(numbers, match[0].length - numbers.length);
}

/** `PORT 192,168,1,10,195,80`. */
export function readPortCommand(payload: Uint8Array): FtpEndpoint | undefined {
  const match = /^PORT +(\d+,\d+,\d+,\d+,\d+,\d+)\r?\n/i.exec(textOf(payload));
  const numbers = match?.[1];
  return match === null || numbers === undefined ? undefined : endpointOf(numbers, match[0].indexOf(numbers));
}

function endpointOf(numbers: string, start: number): FtpEndpoint | undefined {
  const values = numbers.split(',').map(Number);
  if (values.some((value) => value > 255)) return undefined;
  const address = parseAddress(values.slice(0, 4).join('.'));
  const port = (values[4] ?? 0) * 256 + (values[5] ?? 0);
  if (address === undefined || port === 0) return undefined;
  return { address, port, start, end: start + numbers.length };
}

/** `229 Entering Extended Passive Mode (|||50000|)`: the address is the control connection's. */
export function readExtendedPassiveReply(payload: Uint8Array): number | undefined {
  const port = Number(/^229 [^\r\n]*?\((.)\1\1(\d{1,5})\1\)/.exec(textOf(payload))?.[2] ?? 0);
  return port > 0 && port <= 65535 ? port : undefined;
}

/** `EPRT |1|192.168.1.10|50000|` or `EPRT |2|2001:db8::10|50000|`. */
export function readExtendedPortCommand(payload: Uint8Array): FtpEndpoint | undefined {
  const match = /^EPRT +(.)([12])\1([0-9a-fA-F.:]+)\1(\d{1,5})\1\r?\n/i.exec(textOf(payload));
  if (match === null) return undefined;
  const [whole, , version, host = '', digits] = match;
  const family: Family = version === '1' ? 4 : 6;
  const address = parseAddress(host);
  const port = Number(digits);
  if (address?.family !== family || port === 0 || port > 65535) return undefined;
  const start = whole.indexOf(host);
  return { address, port, start, end: start + host.length };
}

/** Address and port as PORT commands and 227 replies have them. IPv4 only. */
export function writeEndpoint(words: Uint32Array, at: number, port: number): string {
  const address = words[at + 3] ?? 0;
  const bytes = [address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255];
  return [...bytes, port >>> 8, port & 255].join(',');
}
