import { describe, expect, it } from 'vitest';
import type { RealServerSnapshot } from '../../api/snapshot.ts';
import type { ForwardingMethod, ServiceDefinition } from '../../api/table.ts';
import { parseAddress } from '../address.ts';
import { Balancer } from '../ipvs/balancer.ts';
import { ConnectionTable } from '../ipvs/connection-table.ts';
import type { Flow } from '../ipvs/flow.ts';
import { ServiceTable } from '../ipvs/service-table.ts';
import { snapshotConnections, snapshotServices } from '../ipvs/table-snapshot.ts';
import { ConnectionAdapter } from './connection-adapter.ts';
import { kernelSettings } from './settings.ts';
import { daemon } from './simulated-node.ts';
import { Synchronizer } from './synchronizer.ts';
import type { SyncRole } from './synchronizer.ts';

const SYN = 0x02;
const ACK = 0x10;
const FIN_ACK = 0x11;

class Director {
  readonly services = new ServiceTable();
  readonly connections = new ConnectionTable(4096, 1, 0);
  readonly balancer = new Balancer(this.services, this.connections);
  readonly sync: Synchronizer;

  constructor(role: SyncRole) {
    const adapter = new ConnectionAdapter(this.connections, this.services, this.balancer.life);
    this.sync = new Synchronizer(adapter, kernelSettings);
    this.sync.start(daemon(role), 0);
    this.balancer.life.observer = this.sync;
  }

  serve(fields: Partial<ServiceDefinition>, forwarding: ForwardingMethod, ...servers: string[]): void {
    const service = { protocol: 'TCP' as const, address: '10.0.0.100', port: 80, scheduler: 'rr', ...fields };
    const definition = { schedulerFlags: [], onePacket: false, ...service };
    expect(this.services.execute({ type: 'add-service', service: definition }, 0)).toEqual({ ok: true });
    for (const address of servers)
      expect(
        this.services.execute(
          {
            type: 'add-server',
            service,
            server: { address, port: service.port, forwarding, weight: 1, upperThreshold: 0, lowerThreshold: 0 },
          },
          0,
        ),
      ).toEqual({ ok: true });
  }

  /** Packets of one client; returns the entry. */
  packets(flow: Flow, now: number, ...tcpFlags: number[]): number {
    let entry = -1;
    for (const flags of tcpFlags) {
      entry = this.balancer.admit(flow, flags, now);
      expect(entry).toBeGreaterThanOrEqual(0);
      this.balancer.packetIn(entry, flags, 60, now);
      this.balancer.finish(entry);
      if (flags === SYN && flow.protocol === 6) this.balancer.packetOut(entry, SYN | ACK, 60, now);
    }
    return entry;
  }

  tell(other: Director, now: number): void {
    this.sync.run(now + 2000, (_, message) => {
      other.sync.receive('backup', message, now);
      return true;
    });
  }

  listed(now: number): object[] {
    return snapshotConnections(this.connections, now)
      .map(({ origin: _, ...rest }) => rest)
      .sort((left, right) => left.clientPort - right.clientPort || left.protocol.localeCompare(right.protocol));
  }

  counts(): number[][] {
    const figures = ({
      activeConnections,
      inactiveConnections,
      persistentConnections,
    }: RealServerSnapshot): number[] => [activeConnections, inactiveConnections, persistentConnections];
    return snapshotServices(this.services.all()).flatMap(({ realServers }) => realServers.map(figures));
  }
}

function flow(clientPort: number, fields: Partial<Flow> & { client?: string; virtual?: string } = {}): Flow {
  const { client = '10.0.0.2', virtual = '10.0.0.100', ...rest } = fields;
  const addresses = new Uint32Array(8);
  addresses.set(parseAddress(client)?.words ?? [], 0);
  addresses.set(parseAddress(virtual)?.words ?? [], 4);
  const family = client.includes(':') ? 6 : 4;
  return { family, protocol: 6, addresses, sourcePort: clientPort, destinationPort: 80, mark: 0, ...rest };
}

function pair(set: (director: Director) => void): { first: Director; second: Director } {
  const first = new Director('master');
  const second = new Director('backup');
  for (const director of [first, second]) set(director);
  return { first, second };
}

describe('entries on two directors', () => {
  it.each(['masq', 'gate', 'ipip'] as const)('are the same under %s, and go on after a take-over', (forwarding) => {
    const { first, second } = pair((one) => one.serve({}, forwarding, '172.16.1.2', '172.16.2.2'));
    first.packets(flow(1001), 0, SYN, ACK, ACK);
    first.packets(flow(1002), 0, SYN, ACK, ACK, FIN_ACK);
    first.packets(flow(1003), 0, SYN);
    first.tell(second, 0);
    expect(second.listed(0)).toEqual(first.listed(0).slice(0, 2));
    const entry = second.packets(flow(1001), 1000, ACK);
    expect(second.connections.address(entry, 8)).toEqual(
      first.connections.address(first.connections.findIncoming(flow(1001)), 8),
    );
    // Its end is counted as the master's would have been.
    second.balancer.expire(2_000_000);
    first.balancer.expire(2_000_000);
    expect(second.counts()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });

  it('are counted by their states', () => {
    const { first, second } = pair((one) => one.serve({}, 'masq', '172.16.1.2', '172.16.2.2'));
    for (const port of [1, 2, 3, 4]) first.packets(flow(port), 0, SYN, ACK, ACK);
    first.packets(flow(2), 0, FIN_ACK);
    first.tell(second, 0);
    expect(second.counts()).toEqual(first.counts());
    expect(
      second
        .counts()
        .flat()
        .reduce((sum, count) => sum + count),
    ).toBe(4);
  });

  it('of IPv6, of UDP and of marks are the same', () => {
    const { first, second } = pair((one) => {
      one.serve({ address: '2001:db8::100' }, 'gate', 'fd00::2');
      one.serve({ protocol: 'UDP', port: 53 }, 'masq', '172.16.1.2');
      one.serve({ protocol: 'FWM', address: '0.0.0.0', port: 0, mark: 7 }, 'gate', '172.16.9.2');
    });
    first.packets(flow(1, { client: '2001:db8::2', virtual: '2001:db8::100' }), 0, SYN, ACK, ACK);
    first.packets(flow(2, { protocol: 17, destinationPort: 53 }), 0, 0, 0, 0);
    first.packets(flow(3, { mark: 7, destinationPort: 0 }), 0, SYN, ACK, ACK);
    first.tell(second, 0);
    expect(second.listed(0)).toEqual(first.listed(0));
    expect(second.listed(0)).toHaveLength(3);
    expect(second.counts()).toEqual(first.counts());
  });

  it('and templates hold a client at its server on both', () => {
    const persistence = { timeoutSeconds: 300, mask: '255.255.255.0' };
    const { first, second } = pair((one) =>
      one.serve({ persistence }, 'masq', '172.16.1.2', '172.16.2.2', '172.16.3.2'),
    );
    const entry = first.packets(flow(1001), 0, SYN, ACK, ACK);
    first.tell(second, 0);
    expect(second.listed(0)).toEqual(first.listed(0));
    expect(second.counts()).toEqual(first.counts());
    const other = second.packets(flow(77, { client: '10.0.0.9' }), 1000, SYN);
    expect(second.connections.address(other, 8)).toEqual(first.connections.address(entry, 8));
  });

  it('whose server is not there yet are bound when a later message comes', () => {
    const first = new Director('master');
    const second = new Director('backup');
    first.serve({}, 'gate', '172.16.1.2');
    first.packets(flow(1), 0, SYN, ACK, ACK);
    first.tell(second, 0);
    expect(second.listed(0)).toHaveLength(1);
    second.serve({}, 'gate', '172.16.1.2');
    expect(second.counts()).toEqual([[0, 0, 0]]);
    first.packets(flow(1), 0, FIN_ACK);
    first.tell(second, 0);
    expect(second.counts()).toEqual([[0, 1, 0]]);
    second.balancer.expire(2_000_000);
    expect(second.counts()).toEqual([[0, 0, 0]]);
  });

  it('leave no trace of an entry whose row is used again', () => {
    const { first, second } = pair((one) => one.serve({}, 'masq', '172.16.1.2'));
    first.packets(flow(1), 0, SYN, ACK, ACK, FIN_ACK);
    first.balancer.expire(2_000_000);
    first.packets(flow(2), 2_000_000, SYN, ACK);
    first.tell(second, 2_000_000);
    const before = second.listed(2_000_000).length;
    first.packets(flow(2), 2_000_000, ACK);
    first.tell(second, 2_000_000);
    expect(second.listed(2_000_000)).toHaveLength(before + 1);
  });
});
