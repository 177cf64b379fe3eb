import { join } from 'node:path';
import type { SyncDaemon } from '../../director/api/table.ts';
import { bundleOf, CLIENT, PlaneHost, PlaneLab, SERVERS, SERVERS6, VIRTUAL } from './plane-lab.ts';
import type { TestService } from './plane-lab.ts';

const root = join(import.meta.dirname, '../..');
const SMALL_BUFFERS = '4096 65536 65536';
/** Gateway of the servers: it moves with the virtual address. */
const GATEWAY = '10.0.100.1';

export type DirectorName = 'one' | 'two';

export function otherOf(name: DirectorName): DirectorName {
  return name === 'one' ? 'two' : 'one';
}

/**
 * Two directors between a client and three servers: client and directors on one bridge, directors and servers on another, over
 * which the directors also synchronise. Who is master is the test's affair; VRRP has tests of its own.
 */
export class SyncLab extends PlaneLab {
  private readonly hosts = new Map<DirectorName, PlaneHost>();
  services: readonly TestService[] = [];
  master: DirectorName = 'one';

  override async create(): Promise<void> {
    for (const node of ['client', 'one', 'two', 'switch', 'web1', 'web2', 'web3']) this.addNode(node);
    for (const bridge of ['br0', 'br1']) {
      this.ip('switch', `link add ${bridge} type bridge`);
      this.ip('switch', `link set ${bridge} up`);
    }
    this.plugFront('client', CLIENT);
    for (const [index, name] of (['one', 'two'] as const).entries()) {
      this.plugFront(name, `192.168.1.10${String(index + 1)}`);
      this.plug(name, 'eth1', `10.0.100.1${String(index + 1)}`);
      await this.exec(name, 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv4.conf.all.rp_filter=0');
    }
    for (const [index, address] of SERVERS.entries()) {
      this.plug(`web${String(index + 1)}`, 'eth0', address, SERVERS6[index]);
      this.ip(`web${String(index + 1)}`, `route add default via ${GATEWAY}`);
    }
    // Otherwise buffers swallow a slow download at once, and there is nothing left on the wire to survive.
    for (const node of ['client', 'web1', 'web2', 'web3'])
      await this.exec(
        node,
        'sysctl',
        '-qw',
        `net.ipv4.tcp_rmem=${SMALL_BUFFERS}`,
        `net.ipv4.tcp_wmem=${SMALL_BUFFERS}`,
      );
  }

  private plugFront(node: string, address: string): void {
    this.ip('switch', `link add ${node}-front type veth peer name eth0 netns ${this.name(node)}`);
    this.ip('switch', `link set ${node}-front master br1 up`);
    this.ip(node, `addr add ${address}/24 dev eth0`);
    this.ip(node, 'link set eth0 up');
  }

  /** Both directors, the first one as master. */
  async startDirectors(services: readonly TestService[]): Promise<void> {
    await bundleOf('plane-host.ts', join(this.directory, 'plane-host.cjs'));
    this.services = services;
    await this.startOne('two');
    await this.startOne('one');
    await this.promote('one');
  }

  host(name: DirectorName): PlaneHost {
    const host = this.hosts.get(name);
    if (host === undefined) throw new Error(`The director ${name} does not run`);
    return host;
  }

  /** A director as backup. */
  private async startOne(name: DirectorName): Promise<void> {
    const bundle = join(this.directory, 'plane-host.cjs');
    const host = new PlaneHost(this.spawn(name, [process.execPath, bundle], { NODE_PATH: join(root, 'node_modules') }));
    this.hosts.set(name, host);
    await host.ask('start');
    await host.apply(this.services);
    await host.execute([{ type: 'start-sync', daemon: daemon('backup') }]);
  }

  /** What keepalived does on the MASTER: addresses, announcements, the other daemon. */
  private async promote(name: DirectorName): Promise<void> {
    const host = this.host(name);
    await host.ask('local', [VIRTUAL, GATEWAY]);
    this.ip(name, `addr add ${VIRTUAL}/32 dev eth0`);
    this.ip(name, `addr add ${GATEWAY}/24 dev eth1`);
    for (const node of ['client', 'web1', 'web2', 'web3']) this.ip(node, 'neigh flush all');
    await host.execute([
      { type: 'stop-sync', role: 'backup' },
      { type: 'start-sync', daemon: daemon('master') },
    ]);
    this.master = name;
  }

  /** The master dies as a machine does, at once and with its links; the standby takes over. */
  async killMaster(): Promise<void> {
    const dead = this.master;
    const host = this.host(dead);
    host.child.kill('SIGKILL');
    for (const device of ['eth0', 'eth1']) this.ip(dead, `link set ${device} down`);
    await this.promote(otherOf(dead));
    await host.exited();
    this.hosts.delete(dead);
  }

  /** The director that is dead comes back as standby, with an empty table. */
  async revive(): Promise<void> {
    const name = otherOf(this.master);
    this.ip(name, `addr del ${VIRTUAL}/32 dev eth0`);
    this.ip(name, `addr del ${GATEWAY}/24 dev eth1`);
    for (const device of ['eth0', 'eth1']) this.ip(name, `link set ${device} up`);
    await this.startOne(name);
  }
}

function daemon(role: SyncDaemon['role']): SyncDaemon {
  const group = '224.0.0.81';
  return { role, interface: 'eth1', syncId: 7, maximumLength: 0, group, port: 8848, ttl: 1 };
}
