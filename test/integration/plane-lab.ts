import { execFile, execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { ConnectionSnapshot, VirtualServiceSnapshot } from '../../director/api/snapshot.ts';
import { serverDefinitionSchema, serviceDefinitionSchema } from '../../director/api/table.ts';
import type {
  ServerDefinition,
  ServiceDefinition,
  ServiceKey,
  TableCommand,
  TableResult,
} from '../../director/api/table.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

export const CLIENT = '192.168.1.10';
export const VIRTUAL = '192.168.1.202';
export const CLIENT6 = '2001:db8:1::10';
export const VIRTUAL6 = '2001:db8:1::202';
export const SERVERS6 = ['2001:db8:a::2', '2001:db8:a::3', '2001:db8:a::4'];
export const SERVERS = ['10.0.100.2', '10.0.100.3', '10.0.100.4'];
/** Its datagrams may be cut on the way; the others' have DF set, as Linux does by default. */
export const SENDER_WITHOUT_DF = '10.0.100.4';

/**
 * Client, director and three servers in namespaces of their own: client – director eth0 (MTU 1500), director eth1 – bridge –
 * servers (MTU 9000), whose gateway is the director.
 */
export class PlaneLab {
  readonly directory = mkdtempSync(join(tmpdir(), 'relevo-plane-'));
  private readonly prefix = `rp${String(process.pid)}`;
  private readonly children: ChildProcess[] = [];
  private readonly namespaces: string[] = [];

  name(node: string): string {
    return `${this.prefix}-${node}`;
  }

  protected addNode(node: string): void {
    execFileSync('ip', ['netns', 'add', this.name(node)]);
    this.namespaces.push(this.name(node));
    this.ip(node, 'link set lo up');
  }

  ip(node: string, command: string): string {
    return execFileSync('ip', ['-n', this.name(node), ...command.split(' ')], { encoding: 'utf8' });
  }

  /** Runs a command in a node and returns its standard output. */
  async exec(node: string, ...command: string[]): Promise<string> {
    const { stdout } = await run('ip', ['netns', 'exec', this.name(node), ...command], { maxBuffer: 1 << 24 });
    return stdout;
  }

  /** A long-running command; `ip netns exec` replaces itself by it, so that its pid is the command's. */
  spawn(node: string, command: readonly string[], environment: Record<string, string> = {}): ChildProcess {
    const child = spawn('ip', ['netns', 'exec', this.name(node), ...command], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...environment },
    });
    this.children.push(child);
    return child;
  }

  async create(): Promise<void> {
    for (const node of ['client', 'director', 'switch', 'web1', 'web2', 'web3']) this.addNode(node);
    const director = this.name('director');
    this.ip('client', `link add eth0 address 02:c0:a8:01:0a:00 type veth peer name eth0 netns ${director}`);
    this.ip('client', `addr add ${CLIENT}/24 dev eth0`);
    this.ip('client', 'link set eth0 up');
    this.ip('director', 'addr add 192.168.1.101/24 dev eth0');
    this.ip('director', 'link set eth0 up');
    this.ip('client', `addr add ${CLIENT6}/64 dev eth0 nodad`);
    this.ip('client', 'route add default via 2001:db8:1::101');
    this.ip('director', 'addr add 2001:db8:1::101/64 dev eth0 nodad');
    this.ip('switch', 'link add br0 type bridge');
    this.ip('switch', 'link set br0 mtu 9000 up');
    this.plug('director', 'eth1', '10.0.100.1', '2001:db8:a::1');
    for (const [index, address] of SERVERS.entries()) {
      this.plug(`web${String(index + 1)}`, 'eth0', address, SERVERS6[index]);
      this.ip(`web${String(index + 1)}`, 'route add default via 2001:db8:a::1');
      this.ip(`web${String(index + 1)}`, 'route add default via 10.0.100.1');
    }
    await this.exec('director', 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1');
    await this.exec('web3', 'sysctl', '-qw', 'net.ipv4.ip_no_pmtu_disc=1');
  }

  plug(node: string, device: string, address: string, address6?: string): void {
    const port = `${node}-${device}`;
    this.ip('switch', `link add ${port} mtu 9000 type veth peer name ${device} netns ${this.name(node)}`);
    this.ip('switch', `link set ${port} master br0 up`);
    this.ip(node, `addr add ${address}/24 dev ${device}`);
    if (address6 !== undefined) this.ip(node, `addr add ${address6}/64 dev ${device} nodad`);
    this.ip(node, `link set ${device} mtu 9000 up`);
  }

  /**
   * What real servers of direct routing and tunnelling need: the virtual addresses without answers to ARP and neighbour
   * solicitations, the decapsulator, and a way to the client that does not lead through the director.
   */
  async prepareRealServers(): Promise<void> {
    const bundle = join(this.directory, 'decap-host.cjs');
    await bundleOf('decap-host.ts', bundle);
    // The client's own leg to the servers' network.
    this.plug('client', 'eth1', '10.0.100.200', '2001:db8:a::200');
    for (const [index] of SERVERS.entries()) {
      const node = `web${String(index + 1)}`;
      await this.exec(node, 'sysctl', '-qw', 'net.ipv4.conf.all.arp_ignore=1', 'net.ipv4.conf.all.arp_announce=2');
      this.ip(node, `addr add ${VIRTUAL}/32 dev lo`);
      this.ip(node, `addr add ${VIRTUAL6}/128 dev lo nodad`);
      const child = this.spawn(node, [process.execPath, bundle], { NODE_PATH: join(root, 'node_modules') });
      await firstLine(child);
    }
    await this.exec('client', 'sysctl', '-qw', 'net.ipv4.conf.all.rp_filter=0', 'net.ipv4.conf.eth1.rp_filter=0');
  }

  /** Answers of gate and tunnel servers go to the client by its own leg; those of masqueraded ones through the director. */
  routeAnswers(way: 'direct' | 'director'): void {
    for (const [index] of SERVERS.entries()) {
      const node = `web${String(index + 1)}`;
      const [via, via6] = way === 'direct' ? ['10.0.100.200', '2001:db8:a::200'] : ['10.0.100.1', '2001:db8:a::1'];
      this.ip(node, `route replace ${CLIENT}/32 via ${via}`);
      this.ip(node, `route replace ${CLIENT6}/128 via ${via6}`);
    }
  }

  /** Web and UDP servers on every server node; resolves when they listen. */
  async startServers(): Promise<void> {
    const script = join(import.meta.dirname, 'plane-server.mjs');
    await Promise.all(
      SERVERS.map(async (_, index) => {
        const child = this.spawn(`web${String(index + 1)}`, [process.execPath, script]);
        await firstLine(child);
      }),
    );
  }

  async startDirector(): Promise<PlaneHost> {
    const bundle = join(this.directory, 'plane-host.cjs');
    await bundleOf('plane-host.ts', bundle);
    const child = this.spawn('director', [process.execPath, bundle], { NODE_PATH: join(root, 'node_modules') });
    const host = new PlaneHost(child);
    await host.ask('start');
    return host;
  }

  destroy(): void {
    for (const child of this.children) if (child.exitCode === null) child.kill('SIGKILL');
    for (const name of this.namespaces) execFileSync('ip', ['netns', 'del', name]);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export async function bundleOf(entry: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [join(import.meta.dirname, entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['koffi'],
    define: { 'import.meta.filename': '__filename' },
    logLevel: 'error',
  });
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (child.stdout === null) return;
    createInterface(child.stdout).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`ended with ${String(code)}`)));
  });
}

export interface TestService {
  readonly service: ServiceDefinition;
  readonly servers: readonly ServerDefinition[];
}

function keyOf({ protocol, address, port, mark }: ServiceKey): string {
  return [protocol, address, port, mark].join(' ');
}

function endpointOf({ address, port }: ServerDefinition): string {
  return `${address} ${String(port)}`;
}

/** A service with servers on its own port, weight 1, by round robin. */
export function serviceOf(
  key: ServiceKey,
  servers: readonly string[],
  forwarding: ServerDefinition['forwarding'] = 'masq',
  options: Partial<ServiceDefinition> = {},
): TestService {
  return {
    service: serviceDefinitionSchema.parse({ ...key, scheduler: 'rr', ...options }),
    servers: servers.map((address) => serverDefinitionSchema.parse({ address, port: key.port, forwarding, weight: 1 })),
  };
}

/** A plane in a process of its own, asked over its standard input, one JSON value a line. */
export class PlaneHost {
  readonly child: ChildProcess;
  private applied: readonly TestService[] = [];
  private readonly answers: ((answer: unknown) => void)[] = [];

  constructor(child: ChildProcess) {
    this.child = child;
    if (child.stdout === null) throw new Error('The plane host has no standard output');
    createInterface(child.stdout).on('line', (line) => this.answers.shift()?.(JSON.parse(line)));
  }

  ask(command: string, argument: unknown = null): Promise<unknown> {
    return new Promise((resolve) => {
      this.answers.push(resolve);
      this.child.stdin?.write(`${JSON.stringify([command, argument])}\n`);
    });
  }

  /** Makes the table hold just these services, by commands as a person would give them. */
  async apply(services: readonly TestService[]): Promise<void> {
    const commands: TableCommand[] = [];
    const wanted = new Set(services.map(({ service }) => keyOf(service)));
    for (const { service } of this.applied) {
      if (!wanted.has(keyOf(service))) commands.push({ type: 'delete-service', service });
    }
    for (const { service, servers } of services) {
      const before = this.applied.find((one) => keyOf(one.service) === keyOf(service));
      if (before === undefined) commands.push({ type: 'add-service', service });
      for (const server of before?.servers ?? []) {
        if (!servers.some((one) => endpointOf(one) === endpointOf(server)))
          commands.push({ type: 'delete-server', service, server });
      }
      for (const server of servers) {
        if (!before?.servers.some((one) => endpointOf(one) === endpointOf(server)))
          commands.push({ type: 'add-server', service, server });
      }
    }
    this.applied = services;
    await this.execute(commands);
  }

  /** Throws when a command fails. */
  async execute(commands: readonly TableCommand[]): Promise<void> {
    const results = (await this.ask('execute', commands)) as TableResult[];
    const failed = results.find((result) => !result.ok);
    if (failed !== undefined) throw new Error(JSON.stringify(failed));
  }

  async services(): Promise<VirtualServiceSnapshot[]> {
    const { services } = (await this.ask('table')) as { services: VirtualServiceSnapshot[] };
    return services;
  }

  async connections(): Promise<ConnectionSnapshot[]> {
    return (await this.ask('connections')) as ConnectionSnapshot[];
  }

  exited(): Promise<void> {
    return new Promise((resolve) => {
      if (this.child.exitCode !== null || this.child.signalCode !== null) resolve();
      else this.child.once('exit', () => resolve());
    });
  }
}
