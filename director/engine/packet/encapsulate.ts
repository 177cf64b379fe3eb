import { finishChecksum } from './finish-checksum.ts';
import { headerLength, readTrafficClass, writeIpHeader } from './ip-header.ts';
import { DONT_FRAGMENT, ETHERNET_HEADER, ETHERTYPE_IPV4, ETHERTYPE_IPV6 } from './packet.ts';
import type { Packet } from './packet.ts';
import type { Family } from '../address.ts';

/** IP in IP (RFC 2003) and IPv6 in IP (RFC 2473, RFC 4213). */
export const PROTOCOL_IPIP = 4;
export const PROTOCOL_IPV6 = 41;

/** Bytes that a buffer must have in front of a frame that is to be encapsulated. */
export const TUNNEL_HEADROOM = 40;

export interface TunnelEnds {
  readonly family: Family;
  /** Four words each. */
  readonly source: Uint32Array;
  readonly destination: Uint32Array;
  /** Where the destination begins in its array. */
  readonly destinationAt?: number;
}

/**
 * Puts an outer IP header in front of a packet whose time to live was decremented already, as ip_vs_tunnel_xmit does: time to
 * live and type of service are copied, and so is DF when `copiesDf`; the identification is 0 with DF, `identification`
 * otherwise. The frame grows to the left. A packet that a device would have cut stays whole: `segmentTunnelled` cuts it.
 */
export function encapsulate(packet: Packet, ends: TunnelEnds, copiesDf: boolean, identification: number): void {
  if (packet.segmentSize === 0) finishChecksum(packet);
  const { view } = packet;
  const outer = headerLength(ends.family);
  const at = packet.ip - outer;
  const hasDf = copiesDf && packet.family === 4 && (packet.fragment & DONT_FRAGMENT) !== 0;
  const fields = {
    family: ends.family,
    protocol: packet.family === 4 ? PROTOCOL_IPIP : PROTOCOL_IPV6,
    source: ends.source,
    sourceAt: 0,
    destination: ends.destination,
    destinationAt: ends.destinationAt ?? 0,
    trafficClass: readTrafficClass(view, packet.ip, packet.family),
    timeToLive: packet.timeToLive(),
    fragment: hasDf ? DONT_FRAGMENT : 0,
    identification: hasDf ? 0 : identification,
  };
  packet.transport = packet.ip;
  packet.ip = at;
  packet.start = at - ETHERNET_HEADER;
  packet.length += outer;
  packet.ipLength += outer;
  packet.tunnelHeader = outer;
  packet.protocol = fields.protocol;
  packet.family = ends.family;
  packet.fragment = fields.fragment;
  writeIpHeader(view, at, packet.ipLength, fields);
  view.setUint16(packet.start + 12, ends.family === 4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6);
}
