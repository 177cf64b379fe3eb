import { createHash, randomBytes } from 'node:crypto';
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildDirector } from '../../../scripts/build-director.mjs';
import { output, until } from './director-namespaces.ts';
import { NodeProcess } from './director-process.ts';
import type { Place } from './director-process.ts';
import { batch, SurvivalDirector } from './survival-director.ts';
import type { DirectorName } from './survival-director.ts';

export const methods = ['NAT', 'DR', 'TUN'] as const;
export type Method = (typeof methods)[number];
/** A virtual address for each forwarding method: one kill is three proofs. */
export const virtual: Record<Method, string> = { NAT: '192.168.1.201', DR: '192.168.1.202', TUN: '192.168.1.203' };

const CLIENT = '192.168.1.10';
/** Gateway of the servers; it moves with the virtual addresses. */
const GATEWAY = '10.0.100.254';
const SERVERS = ['10.0.100.2', '10.0.100.3'] as const;
const DOWNLOAD_BYTES = 600_000;
const BYTES_A_SECOND = 300_000;
const RETURN_TABLE = 100;

/**
 * Client and two directors on one bridge, directors and two servers on another. The servers run a real sshd and a slow web
 * server; they answer masqueraded clients through the directors, all others by a cable of their own.
 */
export class SurvivalLab {
  readonly folder = mkdtempSync(join(tmpdir(), 'relevo-survival-'));
  readonly digest: string;
  readonly directors: Record<DirectorName, SurvivalDirector>;
  private readonly prefix = `rsv${process.pid}`;
  private readonly key = join(this.folder, 'key');
  private readonly processes: NodeProcess[] = [];

  /** @param synchronises whether the directors' configuration has sync daemons */
  constructor(synchronises = true) {
    const content = randomBytes(DOWNLOAD_BYTES);
    writeFileSync(this.file, content);
    this.digest = createHash('sha256').update(content).digest('hex');
    const director = (name: DirectorName, number: number): SurvivalDirector =>
      new SurvivalDirector({
        name,
        number,
        namespace: this.namespace(name),
        switchNamespace: this.namespace('switch'),
        folder: join(this.folder, name),
        script: join(this.folder, 'director.cjs'),
        configuration: configuration(100 + 50 * number, synchronises),
      });
    this.directors = { one: director('one', 1), two: director('two', 2) };
  }

  private get file(): string {
    return join(this.folder, 'download');
  }

  namespace(node: string): string {
    return `${this.prefix}-${node}`;
  }

  async create(): Promise<void> {
    await buildDirector({ outdir: this.folder });
    for (const node of ['client', 'switch', 'web1', 'web2']) {
      batch('', [`netns add ${this.namespace(node)}`]);
      batch(this.namespace(node), ['link set lo up']);
    }
    batch(
      this.namespace('switch'),
      ['front', 'back'].flatMap((bridge) => [`link add ${bridge} type bridge`, `link set ${bridge} up`]),
    );
    this.plug('client', 'eth0', 'front');
    batch(this.namespace('client'), [`address add ${CLIENT}/24 dev eth0`, 'link set eth0 up']);
    this.prepareLogins();
    for (const [index, address] of SERVERS.entries()) await this.createServer(`web${index + 1}`, address);
    await Promise.all(Object.values(this.directors).map((director) => director.boot()));
    await until('one director is master', 10_000, async () => (await this.masters()).length === 1);
  }

  private plug(node: string, device: string, bridge: string): void {
    const port = `${node}-${device}`;
    batch(this.namespace('switch'), [
      `link add ${port} type veth peer name ${device} netns ${this.namespace(node)}`,
      `link set ${port} master ${bridge} up`,
    ]);
  }

  private async createServer(node: string, address: string): Promise<void> {
    this.plug(node, 'eth0', 'back');
    this.plug(node, 'eth1', 'front');
    const direct = [virtual.DR, virtual.TUN];
    const number = address.split('.').at(-1) ?? '';
    // Silent about the virtual addresses, before it has any.
    const settings = ['arp_ignore=1', 'arp_announce=2', 'rp_filter=0'].map((one) => `net.ipv4.conf.all.${one}`);
    await this.on(node, 'sysctl', '-qw', ...settings, 'net.ipv4.conf.default.rp_filter=0');
    batch(this.namespace(node), [
      `address add ${address}/24 dev eth0`,
      'link set eth0 up',
      // Without one there, the kernel would ask for the client in the name of a virtual address, whatever arp_announce says;
      // with its route, masqueraded answers would pass the director by.
      `address add 192.168.1.2${number}/24 dev eth1 noprefixroute`,
      'link set eth1 up',
      `route add default via ${GATEWAY}`,
      ...direct.map((one) => `address add ${one}/32 dev lo`),
      ...direct.map((one) => `rule add from ${one} table ${RETURN_TABLE}`),
      `route add 192.168.1.0/24 dev eth1 table ${RETURN_TABLE}`,
    ]);
    const place = this.place(node);
    const director = join(this.folder, 'director.cjs');
    this.run(place, 'decap', [process.execPath, director, 'decap']);
    this.run(place, 'sshd', ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', this.sshd]);
    const server = join(import.meta.dirname, 'paced-server.mjs');
    const web = this.run(place, 'web', [process.execPath, server, this.file, String(BYTES_A_SECOND)]);
    await until(`${node} listens`, 10_000, async () => web.log !== '' && (await this.listensTo(node, 22)));
  }

  private async listensTo(node: string, port: number): Promise<boolean> {
    return (await this.on(node, 'ss', '-Hltn', `sport = :${port}`)) !== '';
  }

  /** Keys, and accounts of our own: a login shell that reads nobody's files, and no file of this machine is changed. */
  private prepareLogins(): void {
    for (const name of ['key', 'host'])
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(this.folder, name)]);
    copyFileSync(`${this.key}.pub`, join(this.folder, 'authorized'));
    const accounts = readFileSync('/etc/passwd', 'utf8').replace(
      /^root:.*$/m,
      `root:x:0:0:root:${this.folder}:/bin/sh`,
    );
    writeFileSync(join(this.folder, 'passwd'), accounts);
    writeFileSync(join(this.folder, 'shadow'), 'root:*:20000:0:99999:7:::\n', { mode: 0o600 });
    writeFileSync(
      join(this.folder, 'sshd_config'),
      `Port 22
ListenAddress 0.0.0.0
HostKey ${join(this.folder, 'host')}
AuthorizedKeysFile ${join(this.folder, 'authorized')}
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
UseDNS no
PidFile none
MaxStartups 100
PrintMotd no
`,
    );
  }

  private get sshd(): string {
    const accounts = ['passwd', 'shadow'].map((name) => `mount --bind ${join(this.folder, name)} /etc/${name}`);
    return [...accounts, 'mkdir -p /run/sshd', `exec /usr/sbin/sshd -D -e -f ${join(this.folder, 'sshd_config')}`].join(
      ' && ',
    );
  }

  private place(node: string): Place {
    const folder = join(this.folder, node);
    mkdirSync(folder, { recursive: true });
    return { namespace: this.namespace(node), folder, env: { ...process.env } };
  }

  private run(place: Place, name: string, command: readonly string[]): NodeProcess {
    const started = new NodeProcess(place, name, command);
    this.processes.push(started);
    return started;
  }

  on(node: string, ...command: string[]): Promise<string> {
    return output('ip', ['netns', 'exec', this.namespace(node), ...command]);
  }

  /** Every line of its output is the caller's. */
  client(...command: string[]): ChildProcess {
    return spawn('ip', ['netns', 'exec', this.namespace('client'), ...command], { stdio: ['pipe', 'pipe', 'ignore'] });
  }

  /** `ssh` to a virtual address, with a terminal, as a person has it. */
  ssh(method: Method, command: string): ChildProcess {
    const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'ConnectTimeout=5', 'LogLevel=ERROR'];
    const words = ['-F', '/dev/null', '-i', this.key, ...options.flatMap((option) => ['-o', option])];
    return this.client('ssh', '-tt', ...words, `root@${virtual[method]}`, command);
  }

  /** Directors that say they are master of all their instances. */
  async masters(): Promise<SurvivalDirector[]> {
    const all = Object.values(this.directors);
    const found = await Promise.all(all.map((director) => director.isMaster()));
    return all.filter((_, index) => found[index]);
  }

  async destroy(): Promise<void> {
    for (const director of Object.values(this.directors)) director.kill();
    await Promise.all(this.processes.map((one) => one.kill()));
    for (const node of ['client', 'web1', 'web2']) await this.#endSessions(node);
    for (const node of ['client', 'switch', 'web1', 'web2']) batch('', [`netns del ${this.namespace(node)}`]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Logins have left the group of their sshd. */
  async #endSessions(node: string): Promise<void> {
    const pids = (await output('ip', ['netns', 'pids', this.namespace(node)])).split('\n').filter((pid) => pid !== '');
    for (const pid of pids) process.kill(Number(pid), 'SIGKILL');
  }
}

/** As the recipes write it: keepalived's words, a virtual router on either side in one group, the sync daemons beside it. */
function configuration(priority: number, synchronises: boolean): string {
  const instance = (name: string, device: string, vrid: number, addresses: readonly string[]): string => `
vrrp_instance ${name} {
    state BACKUP
    interface ${device}
    virtual_router_id ${vrid}
    priority ${priority}
    advert_int 0.1
    nopreempt
    virtual_ipaddress {
        ${addresses.join('\n        ')}
    }
}`;
  const service = (method: Method, port: number): string => `
virtual_server ${virtual[method]} ${port} {
    delay_loop 2
    lb_algo rr
    lb_kind ${method}
    protocol TCP
${SERVERS.map((address) => `    real_server ${address} ${port} {\n        TCP_CHECK {\n            connect_timeout 1\n        }\n    }`).join('\n')}
}`;
  return [
    `global_defs {\n    vrrp_version 3\n${synchronises ? '    lvs_sync_daemon eth1 IN id 51\n' : ''}}`,
    `vrrp_sync_group PAIR {\n    group {\n        OUT\n        IN\n    }\n}`,
    instance('OUT', 'eth0', 51, Object.values(virtual)),
    instance('IN', 'eth1', 52, [GATEWAY]),
    ...methods.flatMap((method) => [service(method, 22), service(method, 80)]),
    '',
  ].join('\n');
}
