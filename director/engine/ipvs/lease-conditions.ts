import { PROTOCOL_TCP } from '../packet/packet.ts';
import type { Packet } from '../packet/packet.ts';
import type { Balancer } from './balancer.ts';
import {
  FLAG_FORWARDING_MASK,
  FLAG_NO_CLIENT_PORT,
  FLAG_ONE_PACKET,
  FLAG_TEMPLATE,
  FORWARD_DIRECT,
  FORWARD_MASQUERADE,
} from './connection-flags.ts';
import { FTP_PORT } from './service.ts';
import { TCP_STATE_ESTABLISHED } from './tcp-states.ts';

/** Connections of fewer packets from their client are not worth a lease: most end soon. */
const LEAST_PACKETS = 8;

/**
 * Whether the packets that follow this one on its connection may be forwarded without asking the engine: they will be decided
 * the same, unless their headers say something new. FTP's control connections are read, and tunnels want an outer header.
 */
export function mayBeLeased({ connections, services }: Balancer, entry: number, packet: Packet): boolean {
  if (connections.packets(entry) < LEAST_PACKETS || packet.isFragment()) return false;
  const flags = connections.flags(entry);
  if ((flags & (FLAG_ONE_PACKET | FLAG_NO_CLIENT_PORT | FLAG_TEMPLATE)) !== 0) return false;
  const forwarding = flags & FLAG_FORWARDING_MASK;
  if (forwarding !== FORWARD_MASQUERADE && forwarding !== FORWARD_DIRECT) return false;
  if (connections.virtualPort(entry) === FTP_PORT) return false;
  if (connections.protocol(entry) === PROTOCOL_TCP && connections.state(entry) !== TCP_STATE_ESTABLISHED) return false;
  return services.destination(connections.destination(entry))?.available === true;
}
