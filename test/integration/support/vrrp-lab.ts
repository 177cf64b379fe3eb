import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { DirectorNamespaces, output, until } from './director-namespaces.ts';
import { NodeProcess, startKeepalived, type Place } from './director-process.ts';
import type { Observed } from './vrrp-host.ts';

const root = join(import.meta.dirname, '../../..');

/** Builds the program that has the director's VRRP and nothing else. */
export async function buildVrrpHost(folder: string): Promise<string> {
  const outfile = join(folder, 'vrrp-host.cjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'vrrp-host.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['koffi'],
    define: { 'import.meta.filename': '__filename' },
    logLevel: 'error',
  });
  return outfile;
}

export type Who = 'ours' | 'theirs';

/** Two machines with both programs ready to run on either, and an observer on the cable between them. */
export class VrrpLab {
  readonly net: DirectorNamespaces;
  readonly #host: string;
  readonly #work: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #processes: NodeProcess[] = [];
  #observer: NodeProcess | undefined;
  #count = 0;

  constructor(name: string, host: string, work: string, env: NodeJS.ProcessEnv) {
    this.net = new DirectorNamespaces(name);
    this.#host = host;
    this.#work = work;
    this.#env = { ...env, NODE_PATH: join(root, 'node_modules') };
  }

  async create(): Promise<void> {
    await this.net.create();
    // Link-local addresses would otherwise be a second away from being usable.
    for (const space of [this.net.a, this.net.b])
      for (const device of ['eth0', 'eth1'])
        await this.inside(space, 'sysctl', '-qw', `net.ipv6.conf.${device}.accept_dad=0`);
    this.#observer = this.#start(this.net.b, 'observer', ['observe', 'eth0']);
    await until('the observer listens', 5000, () => this.#observer?.log.includes('ready') ?? false);
  }

  async remove(): Promise<void> {
    await Promise.all([...this.#processes, ...(this.#observer ? [this.#observer] : [])].map((item) => item.kill()));
    await this.net.remove();
  }

  /** Starts one of the two programs on one of the two machines. */
  start(who: Who, space: string, configuration: string): NodeProcess {
    const place = this.#place(space, who);
    mkdirSync(place.folder, { recursive: true });
    const file = join(place.folder, 'keepalived.conf');
    writeFileSync(file, configuration);
    const started =
      who === 'theirs'
        ? startKeepalived(place, configuration)
        : new NodeProcess(place, 'vrrp-host', [process.execPath, this.#host, 'speak', file]);
    this.#processes.push(started);
    return Object.assign(started, { configurationFile: file });
  }

  /** Writes another configuration for one that runs. */
  rewrite(process: NodeProcess, configuration: string): void {
    const { configurationFile } = process as NodeProcess & { configurationFile: string };
    writeFileSync(configurationFile, configuration);
  }

  get observed(): Observed[] {
    const lines = this.#observer?.log.split('\n').filter((line) => line.startsWith('{"at"')) ?? [];
    return lines.flatMap((line) => (line.endsWith('}') ? [JSON.parse(line) as Observed] : []));
  }

  /** Virtual addresses of both families on a machine: those with a host's prefix. */
  async addresses(space: string): Promise<string[]> {
    const links = JSON.parse(await output('ip', ['-n', space, '-j', 'address', 'show'])) as {
      addr_info: { local: string; prefixlen: number; family: string }[];
    }[];
    return links
      .flatMap(({ addr_info }) => addr_info)
      .filter(({ prefixlen, family, local }) => prefixlen === (family === 'inet' ? 32 : 128) && local !== '::1')
      .map(({ local }) => local)
      .sort();
  }

  /** What a killed program had no chance to take away. */
  async flush(space: string): Promise<void> {
    for (const device of ['eth0', 'eth1'])
      for (const [family, length] of [
        ['-4', '/32'],
        ['-6', '/128'],
      ] as const) {
        const shown = JSON.parse(await output('ip', ['-n', space, '-j', family, 'address', 'show', 'dev', device])) as {
          addr_info: { local: string; prefixlen: number }[];
        }[];
        for (const { local, prefixlen } of shown.flatMap(({ addr_info }) => addr_info))
          if (`/${prefixlen}` === length)
            await output('ip', ['-n', space, 'address', 'del', `${local}${length}`, 'dev', device]);
      }
  }

  inside(space: string, ...command: string[]): Promise<string> {
    return output('ip', ['netns', 'exec', space, ...command], this.#env);
  }

  #start(space: string, name: string, parameters: string[]): NodeProcess {
    return new NodeProcess(this.#place(space, name), name, [process.execPath, this.#host, ...parameters]);
  }

  #place(namespace: string, name: string): Place {
    return { namespace, folder: join(this.#work, `${name}-${++this.#count}`), env: this.#env };
  }
}

/** Events of our program so far. */
export function eventsOf<T extends string>(process: NodeProcess, type: T): (Record<string, unknown> & { type: T })[] {
  return process.log
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Record<string, unknown> & { type: T })
    .filter((event) => event.type === type);
}
