import { parseAddress, toBytes } from '../../address.ts';
import { fromLatin1 } from '../../http/octets.ts';
import type { ServerRuntime } from '../runtime/server-runtime.ts';
import { xxh64 } from './xxh64.ts';

/** `dynamic-cookie-key`: a server's cookie out of the key, its address and its port; undefined while the address is not known. */
export function dynamicCookie(key: string, { address, port }: ServerRuntime): string | undefined {
  const parsed = address === undefined ? undefined : parseAddress(address);
  if (parsed === undefined) return undefined;
  const secret = fromLatin1(key);
  const bytes = toBytes(parsed);
  const octets = new Uint8Array(secret.length + bytes.length + 4);
  octets.set(secret);
  octets.set(bytes, secret.length);
  new DataView(octets.buffer).setUint32(secret.length + bytes.length, port);
  return xxh64(octets).toString(16).padStart(16, '0');
}
