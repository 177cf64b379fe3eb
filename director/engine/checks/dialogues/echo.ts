import { concat, uint16, type Bytes } from './bytes.ts';

/** ICMP echo of both families (RFC 792, RFC 4443), as a ping socket or a raw one gives it. */
export interface Echo {
  readonly identifier: number;
  readonly sequence: number;
}

const types = { 4: { request: 8, reply: 0, unreachable: 3 }, 6: { request: 128, reply: 129, unreachable: 1 } } as const;

/** For IPv6 the kernel puts the checksum in. */
export function echoRequest(family: 4 | 6, { identifier, sequence }: Echo): Bytes {
  const payload = Uint8Array.from({ length: 56 }, (_, index) => index);
  const head = [types[family].request, 0, 0, 0, ...uint16(identifier), ...uint16(sequence)];
  const message = concat(head, payload);
  if (family === 6) return message;
  const [high = 0, low = 0] = uint16(checksum(message));
  message[2] = high;
  message[3] = low;
  return message;
}

export type EchoAnswer =
  | { readonly type: 'reply'; readonly echo: Echo }
  /** A router or the host says that our request could not be delivered. */
  | { readonly type: 'unreachable'; readonly echo: Echo; readonly code: number };

/** What a raw socket received: IPv4 with its IP header, IPv6 without. undefined for anything but an answer to an echo request. */
export function parseEcho(family: 4 | 6, received: Bytes): EchoAnswer | undefined {
  const message = family === 4 ? received.subarray(((received[0] ?? 0) & 15) * 4) : received;
  const known = types[family];
  if (message.length < 8) return undefined;
  if (message[0] === known.reply) return { type: 'reply', echo: echoOf(message) };
  if (message[0] !== known.unreachable) return undefined;
  const original = message.subarray(8);
  const inner = original.subarray(family === 4 ? ((original[0] ?? 0) & 15) * 4 : 40);
  if (inner.length < 8 || inner[0] !== known.request) return undefined;
  return { type: 'unreachable', echo: echoOf(inner), code: message[1] ?? 0 };
}

function echoOf(message: Bytes): Echo {
  const word = (at: number): number => ((message[at] ?? 0) << 8) | (message[at + 1] ?? 0);
  return { identifier: word(4), sequence: word(6) };
}

/** RFC 1071. */
function checksum(bytes: Bytes): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
