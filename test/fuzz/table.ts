import type { ServerDefinition, ServiceKey, TableCommand } from '../../director/api/table.ts';
import type { ConnectionTable } from '../../director/engine/ipvs/connection-table.ts';
import { FLAG_INACTIVE, FLAG_TEMPLATE } from '../../director/engine/ipvs/connection-flags.ts';
import type { Destination } from '../../director/engine/ipvs/service.ts';
import type { ServiceTable } from '../../director/engine/ipvs/service-table.ts';

const server = (address: string, port: number, forwarding: ServerDefinition['forwarding']): ServerDefinition => ({
  address,
  port,
  forwarding,
  weight: 1,
  upperThreshold: 0,
  lowerThreshold: 0,
});

interface Row {
  readonly key: ServiceKey;
  readonly scheduler: string;
  readonly persistenceMask?: string;
  readonly servers: readonly ServerDefinition[];
}

/** Every kind of service there is, on 10.9.0.100 and 2001:db8::64. */
const rows: readonly Row[] = [
  {
    key: { protocol: 'TCP', address: '10.9.0.100', port: 80 },
    scheduler: 'wlc',
    servers: [server('172.16.1.2', 8080, 'masq'), server('172.16.2.2', 8080, 'masq')],
  },
  {
    key: { protocol: 'UDP', address: '10.9.0.100', port: 53 },
    scheduler: 'mh',
    servers: [server('172.16.1.2', 53, 'masq'), server('172.16.2.2', 53, 'gate'), server('172.16.3.2', 53, 'ipip')],
  },
  {
    key: { protocol: 'TCP', address: '10.9.0.100', port: 21 },
    scheduler: 'rr',
    persistenceMask: '255.255.255.0',
    servers: [server('172.16.1.2', 21, 'masq')],
  },
  {
    key: { protocol: 'FWM', address: '0.0.0.0', port: 0, mark: 7 },
    scheduler: 'lblcr',
    persistenceMask: '255.255.255.255',
    servers: [server('172.16.1.2', 0, 'gate'), server('172.16.2.2', 0, 'ipip')],
  },
  {
    key: { protocol: 'TCP', address: '2001:db8::64', port: 80 },
    scheduler: 'sh',
    servers: [server('2001:db8:0:1::2', 80, 'masq'), server('2001:db8:0:2::2', 80, 'gate')],
  },
];

export function addServices(services: ServiceTable): void {
  for (const { key, scheduler, persistenceMask, servers } of rows) {
    const persistence =
      persistenceMask === undefined ? {} : { persistence: { timeoutSeconds: 300, mask: persistenceMask } };
    execute(services, {
      type: 'add-service',
      service: { ...key, scheduler, schedulerFlags: [], onePacket: false, ...persistence },
    });
    for (const one of servers) execute(services, { type: 'add-server', service: key, server: one });
  }
}

function execute(services: ServiceTable, command: TableCommand): void {
  const result = services.execute(command, 0);
  if (!result.ok) throw new Error(result.message);
}

/** Knows how the services looked before the attack, and what has to be true of connections at any time. */
export class TableWitness {
  readonly #services: ServiceTable;
  readonly #connections: ConnectionTable;
  readonly #before: string;

  constructor(services: ServiceTable, connections: ConnectionTable) {
    this.#services = services;
    this.#connections = connections;
    this.#before = this.#layout();
  }

  /** Throws when services or servers have changed, or counts are not those of the entries. */
  verify(): void {
    const now = this.#layout();
    if (now !== this.#before) throw new Error(`The services were ${this.#before} and are ${now}`);
    const { active, inactive, templates } = this.#count();
    for (const one of this.#servers()) {
      const counted = `${active.get(one.id) ?? 0}/${inactive.get(one.id) ?? 0}/${templates.get(one.id) ?? 0}`;
      const kept = `${one.activeConnections}/${one.inactiveConnections}/${one.persistentConnections}`;
      if (counted !== kept) throw new Error(`Server ${one.id} counts ${kept}, its entries are ${counted}`);
    }
    if (this.#connections.size > this.#connections.maximum) throw new Error('The table is larger than it may be');
  }

  #servers(): Destination[] {
    return this.#services.all().flatMap(({ destinations }) => [...destinations]);
  }

  #layout(): string {
    return this.#services
      .all()
      .map((service) => `${service.port} ${service.destinations.map(({ id, weight }) => `${id}:${weight}`).join(' ')}`)
      .join('; ');
  }

  #count(): Record<'active' | 'inactive' | 'templates', Map<number, number>> {
    const counts = { active: new Map(), inactive: new Map(), templates: new Map() } as Record<
      'active' | 'inactive' | 'templates',
      Map<number, number>
    >;
    for (const entry of this.#connections.entries()) {
      const flags = this.#connections.flags(entry);
      const id = this.#connections.destination(entry);
      const where = (flags & FLAG_TEMPLATE) !== 0 ? 'templates' : (flags & FLAG_INACTIVE) === 0 ? 'active' : 'inactive';
      counts[where].set(id, (counts[where].get(id) ?? 0) + 1);
    }
    return counts;
  }
}
