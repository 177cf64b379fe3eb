import { parseAddress, toBytes } from '../../address.ts';
import { fromLatin1 } from '../../http/octets.ts';
import type { SocketAddress } from '../runtime/session.ts';

const SIGNATURE = '\r\n\r\n\0\r\nQUIT\n';

/** What goes in front of a connection to a server with `send-proxy` (The PROXY protocol, section 2.1). */
export function proxyLine(source: SocketAddress, destination: SocketAddress): Uint8Array {
  const [from, to] = [parseAddress(source.address), parseAddress(destination.address)];
  if (from === undefined || to === undefined || from.family !== to.family) return fromLatin1('PROXY UNKNOWN\r\n');
  const family = from.family === 4 ? 'TCP4' : 'TCP6';
  return fromLatin1(`PROXY ${family} ${source.address} ${destination.address} ${source.port} ${destination.port}\r\n`);
}

/** A type-length-value of version 2 (section 2.2.1 and following). */
export interface ProxyValue {
  readonly type: number;
  readonly value: Uint8Array;
}

/** Version 2, section 2.2. */
export function proxyBinary(
  source: SocketAddress,
  destination: SocketAddress,
  values: readonly ProxyValue[] = [],
): Uint8Array {
  const [from, to] = [parseAddress(source.address), parseAddress(destination.address)];
  const known = from !== undefined && to?.family === from.family;
  const addresses = known
    ? [...toBytes(from), ...toBytes(to), ...bigEndian(source.port), ...bigEndian(destination.port)]
    : [];
  const more = values.flatMap(({ type, value }) => [type, ...bigEndian(value.length), ...value]);
  const family = known ? (from.family === 4 ? 0x11 : 0x21) : 0;
  const length = addresses.length + more.length;
  return Uint8Array.from([...fromLatin1(SIGNATURE), 0x21, family, ...bigEndian(length), ...addresses, ...more]);
}

function bigEndian(value: number): [number, number] {
  return [value >> 8, value & 255];
}
