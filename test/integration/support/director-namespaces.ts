import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs a program and gives its standard output. */
export async function output(program: string, parameters: readonly string[], env = process.env): Promise<string> {
  return (await run(program, [...parameters], { env })).stdout;
}

const ip = (line: string): Promise<string> => output('ip', line.split(' '));

/** Two machines, `a` and `b`, with the TFG's networks between them: eth0 outside, eth1 inside. */
export class DirectorNamespaces {
  readonly a: string;
  readonly b: string;

  constructor(name: string) {
    this.a = `relevo-${name}-${process.pid}-a`;
    this.b = `relevo-${name}-${process.pid}-b`;
  }

  async create(): Promise<void> {
    for (const name of [this.a, this.b]) {
      await ip(`netns add ${name}`);
      await ip(`-n ${name} link set lo up`);
    }
    await this.#cable('eth0', '192.168.1.101/24', '192.168.1.102/24');
    await this.#cable('eth1', '10.0.100.1/24', '10.0.100.50/24');
  }

  async remove(): Promise<void> {
    for (const name of [this.a, this.b]) await ip(`netns del ${name}`).catch(() => undefined);
  }

  /** The IPv4 addresses of a machine that are virtual ones: those added as /32. */
  async virtualAddresses(name: string): Promise<string[]> {
    const links = JSON.parse(await ip(`-n ${name} -j -4 address show`)) as {
      addr_info: { local: string; prefixlen: number }[];
    }[];
    return links.flatMap(({ addr_info }) =>
      addr_info.filter(({ prefixlen }) => prefixlen === 32).map(({ local }) => local),
    );
  }

  async dropAddress(name: string, device: string, address: string): Promise<void> {
    await ip(`-n ${name} address del ${address}/32 dev ${device}`);
  }

  async setLink(name: string, device: string, up: boolean): Promise<void> {
    await ip(`-n ${name} link set ${device} ${up ? 'up' : 'down'}`);
  }

  async #cable(device: string, addressA: string, addressB: string): Promise<void> {
    await ip(`link add ${device} netns ${this.a} type veth peer name ${device} netns ${this.b}`);
    for (const [name, address] of [
      [this.a, addressA],
      [this.b, addressB],
    ] as const) {
      await ip(`-n ${name} address add ${address} dev ${device}`);
      await ip(`-n ${name} link set ${device} up`);
    }
  }
}

/** Waits until something is so; fails with `what` when it takes too long. Returns the milliseconds it took. */
export async function until(what: string, limitMs: number, holds: () => boolean | Promise<boolean>): Promise<number> {
  const started = performance.now();
  for (;;) {
    if (await holds()) return performance.now() - started;
    if (performance.now() - started > limitMs) throw new Error(`Not within ${limitMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
