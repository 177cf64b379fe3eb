import { PROTOCOL_IPIP, PROTOCOL_IPV6 } from './encapsulate.ts';
import { IPV6_HEADER } from './ipv6-headers.ts';
import { IPV4_HEADER } from './packet.ts';

/** The packet behind an IPv4 header of IP in IP, RFC 2003; undefined for anything else. */
export function decapsulateIpv4(datagram: Uint8Array): Uint8Array | undefined {
  if (datagram.length < IPV4_HEADER || (datagram[0] ?? 0) >> 4 !== 4) return undefined;
  const header = ((datagram[0] ?? 0) & 0x0f) * 4;
  return innerPacket(datagram.subarray(header), datagram[9] ?? 0);
}

/**
 * `payload` is what follows the outer header, whose protocol was `protocol`. The packet inside without what may follow it;
 * undefined when it is not one whole packet of the kind that the header promised.
 */
export function innerPacket(payload: Uint8Array, protocol: number): Uint8Array | undefined {
  const version = (payload[0] ?? 0) >> 4;
  if (protocol === PROTOCOL_IPIP && version === 4 && payload.length >= IPV4_HEADER) {
    const length = ((payload[2] ?? 0) << 8) | (payload[3] ?? 0);
    return length >= IPV4_HEADER && length <= payload.length ? payload.subarray(0, length) : undefined;
  }
  if (protocol === PROTOCOL_IPV6 && version === 6 && payload.length >= IPV6_HEADER) {
    const length = IPV6_HEADER + (((payload[4] ?? 0) << 8) | (payload[5] ?? 0));
    return length <= payload.length ? payload.subarray(0, length) : undefined;
  }
  return undefined;
}
