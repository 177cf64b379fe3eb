import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ConnectionSnapshot, DirectorSnapshot } from '../../../director/api/snapshot.ts';
import { until } from './director-namespaces.ts';
import { NodeProcess } from './director-process.ts';

export type DirectorName = 'one' | 'two';

export interface SurvivalDirectorOptions {
  readonly name: DirectorName;
  /** Last part of its own addresses and of its cards'. */
  readonly number: number;
  readonly namespace: string;
  readonly switchNamespace: string;
  readonly folder: string;
  readonly script: string;
  readonly configuration: string;
}

/** A director's machine: it is switched off and on, with all that goes with it. */
export class SurvivalDirector {
  readonly name: DirectorName;
  private readonly options: SurvivalDirectorOptions;
  private process: NodeProcess | undefined;

  constructor(options: SurvivalDirectorOptions) {
    this.options = options;
    this.name = options.name;
  }

  get log(): string {
    return this.process?.log ?? '';
  }

  /** Resolves when it is master or backup, with its table. */
  async boot(): Promise<void> {
    const { name, number, namespace, switchNamespace, folder, script, configuration } = this.options;
    // Nothing of the last life is left on a machine that was off: /run is empty, and so is the table.
    rmSync(this.runFolder, { recursive: true, force: true });
    mkdirSync(this.runFolder, { recursive: true });
    batch('', [`netns add ${namespace}`]);
    const card = (device: string): string => `02:00:0a:00:0${number}:0${device.at(-1)}`;
    batch(switchNamespace, [
      `link add ${name}-eth0 type veth peer name eth0 address ${card('eth0')} netns ${namespace}`,
      `link add ${name}-eth1 type veth peer name eth1 address ${card('eth1')} netns ${namespace}`,
      `link set ${name}-eth0 master front up`,
      `link set ${name}-eth1 master back up`,
    ]);
    execFileSync('ip', ['netns', 'exec', namespace, 'sysctl', '-qw', 'net.ipv4.ip_forward=1', ...looseFilters]);
    batch(namespace, [
      'link set lo up',
      `address add 192.168.1.${100 + number}/24 dev eth0`,
      `address add 10.0.100.${100 + number}/24 dev eth1`,
      'link set eth0 up',
      'link set eth1 up',
    ]);
    const file = join(folder, 'keepalived.conf');
    writeFileSync(file, configuration);
    const env = { ...process.env, DIRECTOR_RUN_DIRECTORY: this.runFolder };
    const command = [process.execPath, script, 'run', '--foreground', '--config', file];
    this.process = new NodeProcess({ namespace, folder, env }, 'director', command);
    await until(`director ${name} is up`, 15_000, async () => {
      const snapshot = await this.ask<DirectorSnapshot>('snapshot').catch(() => undefined);
      return snapshot !== undefined && snapshot.services.length > 0 && snapshot.instances.every(isElected);
    });
  }

  /** Power off: first the program, a moment later the machine with its cables, as the lab engine does it. */
  kill(): void {
    const { name, namespace, switchNamespace } = this.options;
    if (this.process === undefined) return;
    void this.process.kill();
    this.process = undefined;
    batch(switchNamespace, [`link del ${name}-eth0`, `link del ${name}-eth1`]);
    batch('', [`netns del ${namespace}`]);
  }

  async isMaster(): Promise<boolean> {
    if (this.process === undefined) return false;
    const { instances } = await this.ask<DirectorSnapshot>('snapshot');
    return instances.every(({ state }) => state === 'MASTER');
  }

  connections(): Promise<ConnectionSnapshot[]> {
    return this.ask('connections');
  }

  private get runFolder(): string {
    return join(this.options.folder, 'run');
  }

  /** One question to its admin socket. */
  private ask<Answer>(method: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const socket = connect(join(this.runFolder, 'admin.sock'));
      socket.once('error', reject);
      socket.once('close', () => reject(new Error(`The director ${this.name} does not answer`)));
      // It hands the socket's errors on.
      const lines = createInterface(socket).once('error', reject);
      lines.once('line', (line) => {
        resolve((JSON.parse(line) as { result: Answer }).result);
        socket.destroy();
      });
      socket.write(`${JSON.stringify({ method })}\n`);
    });
  }
}

const looseFilters = ['net.ipv4.conf.all.rp_filter=0', 'net.ipv4.conf.default.rp_filter=0'];

function isElected({ state }: DirectorSnapshot['instances'][number]): boolean {
  return state === 'MASTER' || state === 'BACKUP';
}

/** Several commands of ip(8) in one process. */
export function batch(namespace: string, lines: readonly string[]): void {
  const where = namespace === '' ? [] : ['-n', namespace];
  execFileSync('ip', [...where, '-batch', '-'], {
    input: `${lines.join('\n')}\n`,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
}
