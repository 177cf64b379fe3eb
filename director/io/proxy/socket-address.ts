import { formatAddress, fromBytes, parseAddress, toBytes } from '../../engine/address.ts';
import type { SocketAddress } from '../../engine/proxy/runtime/session.ts';

export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;
/** struct sockaddr_storage. */
export const LARGEST_ADDRESS = 128;
const NOWHERE: SocketAddress = { address: '', port: 0 };

/** struct sockaddr_in or sockaddr_in6. `address` as RFC 5952 writes it, not a name. */
export function inetAddress(address: string, port: number): Uint8Array {
  const parsed = parseAddress(address);
  if (parsed === undefined) throw new Error(`${address} is no address`);
  const bytes = new Uint8Array(parsed.family === 4 ? 16 : 28);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, parsed.family === 4 ? AF_INET : AF_INET6, true);
  view.setUint16(2, port);
  bytes.set(toBytes(parsed), parsed.family === 4 ? 4 : 8);
  return bytes;
}

/** struct sockaddr_un; a name in the abstract namespace begins with NUL there. */
export function unixAddress(path: string, abstract: boolean): Uint8Array {
  const name = Buffer.from(abstract ? `\0${path}` : `${path}\0`);
  const bytes = new Uint8Array(2 + name.length);
  new DataView(bytes.buffer).setUint16(0, AF_UNIX, true);
  bytes.set(name, 2);
  return bytes;
}

/** IPv4 in IPv6 (RFC 4291 section 2.5.5.2) is what it means. */
export function readAddress(bytes: Uint8Array): SocketAddress {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const family = view.getUint16(0, true);
  if (family === AF_INET) return { address: formatAddress(fromBytes(bytes.subarray(4, 8))), port: view.getUint16(2) };
  if (family !== AF_INET6) return NOWHERE;
  const mapped = view.getBigUint64(8) === 0n && view.getUint32(16) === 0xffff;
  const address = mapped ? bytes.subarray(20, 24) : bytes.subarray(8, 24);
  return { address: formatAddress(fromBytes(address)), port: view.getUint16(2) };
}
