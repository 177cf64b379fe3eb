import { CLIENT, VIRTUAL } from './connection-columns.ts';
import type { ConnectionKeyBuffer } from './connection-columns.ts';
import type { Flow } from './flow.ts';
import { FTP_PORT } from './service.ts';
import type { VirtualService } from './service.ts';

const DESTINATION = 4;

/**
 * The key under which the flow's client has its template (ip_vs_sched_persist): the client's network, port 0, and
 * - the service's own port, for a service on one port;
 * - port 0, for a service on all ports and for FTP, whose data connections come to others;
 * - protocol 0 and the mark in place of the virtual address, for a service by mark.
 */
export function fillTemplateKey(key: ConnectionKeyBuffer, service: VirtualService, flow: Flow): void {
  key.family = flow.family;
  key.protocol = flow.protocol;
  for (let word = 0; word < 4; word++)
    key.addresses[CLIENT + word] = ((flow.addresses[word] ?? 0) & (service.persistenceMask[word] ?? 0)) >>> 0;
  key.setAddress(VIRTUAL, flow.addresses, DESTINATION);
  key.clientPort = 0;
  key.virtualPort = 0;
  if (flow.destinationPort === service.port) {
    if (service.port !== FTP_PORT) key.virtualPort = service.port;
  } else if (service.mark !== 0) {
    key.protocol = 0;
    for (let word = 0; word < 4; word++) key.addresses[VIRTUAL + word] = 0;
    // A union of both address types in the kernel: the mark is where an IPv4 address would be, the first word of IPv6.
    key.addresses[VIRTUAL + (flow.family === 4 ? 3 : 0)] = service.mark;
  }
}
