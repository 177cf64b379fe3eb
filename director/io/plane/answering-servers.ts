import { formatAddress } from '../../engine/address.ts';
import type { VirtualService } from '../../engine/ipvs/service.ts';
import { FTP_PORT } from '../../engine/ipvs/service.ts';
import { PROTOCOL_TCP, PROTOCOL_UDP } from '../../engine/packet/packet.ts';
import type { Endpoint, RuleServices } from './rule-services.ts';

/** Longer than a connection entry lives without a packet, at the kernel's own timeouts. */
const MEMORY_MS = 20 * 60_000;

/**
 * What the rules must know of the table. Masqueraded servers stay known for a while after they left it, because their
 * connections go on.
 */
export class AnsweringServers {
  private readonly known = new Map<string, { readonly endpoint: Endpoint; until: number }>();

  /** `now` in milliseconds of any clock that does not jump; `memoryMs`: how long entries may live without a packet. */
  update(services: readonly VirtualService[], now: number, memoryMs = MEMORY_MS): RuleServices {
    const wanted = new Map(services.flatMap(serversOf).map((endpoint) => [keyOf(endpoint), endpoint]));
    for (const [key, endpoint] of wanted) this.known.set(key, { endpoint, until: Infinity });
    for (const [key, server] of this.known) {
      if (!wanted.has(key) && server.until === Infinity) server.until = now + Math.max(memoryMs, MEMORY_MS);
      if (server.until < now) this.known.delete(key);
    }
    const byAddress = services.filter(({ mark }) => mark === 0);
    const onPort = byAddress.filter(({ port }) => port !== 0);
    return {
      noted: onPort.filter(isAnswered).map(endpointOf),
      quiet: onPort.filter((service) => !isAnswered(service)).map(endpointOf),
      everyPort: byAddress.filter(({ port }) => port === 0).map(endpointOf),
      ftp: onPort.filter(isFtp).map(endpointOf),
      marks: services.filter(({ mark }) => mark !== 0).map(({ mark, address: { family } }) => ({ mark, family })),
      servers: [...this.known.values()].map(({ endpoint }) => endpoint),
    };
  }
}

/**
 * Whether answers of its servers become its own. With one-packet scheduling no entry is left by which an answer could be
 * known: like the kernel's IPVS, the plane lets it through to the router as it is.
 */
function isAnswered({ destinations, onePacket, protocol }: VirtualService): boolean {
  if (onePacket && protocol === PROTOCOL_UDP) return false;
  return destinations.some(({ forwarding }) => forwarding === 'masq');
}

function isFtp({ protocol, port }: VirtualService): boolean {
  return protocol === PROTOCOL_TCP && port === FTP_PORT;
}

function endpointOf({ protocol, address, port }: VirtualService): Endpoint {
  return { protocol, address, port };
}

/** Data connections of FTP leave by any port, and so does whatever a service on all ports or by mark serves. */
function serversOf(service: VirtualService): Endpoint[] {
  const masqueraded = service.destinations.filter(({ forwarding }) => forwarding === 'masq');
  const all = service.mark === 0 ? [service.protocol] : [PROTOCOL_TCP, PROTOCOL_UDP];
  const protocols = all.filter((protocol) => !service.onePacket || protocol !== PROTOCOL_UDP);
  return masqueraded.flatMap(({ address, port }) =>
    protocols.map((protocol) => ({ protocol, address, port: isFtp(service) ? 0 : port })),
  );
}

function keyOf({ protocol, address, port }: Endpoint): string {
  return `${protocol} ${formatAddress(address)} ${port}`;
}
