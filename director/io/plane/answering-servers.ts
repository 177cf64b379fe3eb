import type { ServiceDefinition } from '../../engine/ipvs/plane.ts';

/** Longer than a connection entry lives without a packet (ESTABLISHED, 900 s). */
const MEMORY_MS = 20 * 60_000;

export interface Endpoint {
  readonly protocol: 'TCP' | 'UDP';
  readonly address: string;
  readonly port: number;
}

/**
 * The servers whose answers the plane must see: those in the table, and those that were taken out of it a while ago, because
 * their connections go on.
 */
export class AnsweringServers {
  private readonly known = new Map<string, { readonly endpoint: Endpoint; until: number }>();

  /** `now` in milliseconds of any clock that does not jump. */
  update(services: readonly ServiceDefinition[], now: number): Endpoint[] {
    for (const { protocol, realServers } of services)
      for (const { address, port } of realServers)
        this.known.set(`${protocol} ${address} ${port}`, { endpoint: { protocol, address, port }, until: Infinity });
    const wanted = new Set(
      services.flatMap(({ protocol, realServers }) =>
        realServers.map(({ address, port }) => `${protocol} ${address} ${port}`),
      ),
    );
    for (const [key, server] of this.known) {
      if (!wanted.has(key) && server.until === Infinity) server.until = now + MEMORY_MS;
      if (server.until < now) this.known.delete(key);
    }
    return [...this.known.values()].map(({ endpoint }) => endpoint);
  }
}
