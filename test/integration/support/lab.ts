import type { LabStatus } from '../../../provisioning/contract/index.ts';
import { Relevo } from './relevo.ts';

/** The TFG, running in a state directory of its own. */
export class TfgLab {
  readonly relevo: Relevo;
  readonly name: string;

  constructor(relevo: Relevo, name = 'tfg') {
    this.relevo = relevo;
    this.name = name;
  }

  /** Starts it; a first start on this machine also builds the base layer. */
  static async up(...options: string[]): Promise<TfgLab> {
    const relevo = await Relevo.create();
    try {
      await relevo.startWith({ timeoutMs: 230_000 }, 'up', 'tfg', ...options).outcome.then((outcome) => {
        if (outcome.exitCode !== 0) throw new Error(`relevo up tfg failed:\n${outcome.stderr}`);
      });
    } catch (error) {
      await relevo.dispose();
      throw error;
    }
    return new TfgLab(relevo);
  }

  /** Runs a shell command on a node; what it printed. Fails when the command does. */
  on(node: string, command: string): Promise<string> {
    return this.relevo.on(node, command, this.name);
  }

  status(): Promise<LabStatus> {
    return this.relevo.status(this.name);
  }

  /** Who holds each virtual address, asked of the kernels of the directors that can be asked. */
  async holders(directors: readonly string[] = ['master', 'standby']): Promise<Record<string, string[]>> {
    const holders: Record<string, string[]> = {};
    for (const address of virtualAddresses) holders[address] = [];
    for (const node of directors) {
      const shown = await this.on(node, 'ip -o -4 address show');
      for (const address of virtualAddresses) if (shown.includes(` ${address}/`)) holders[address]?.push(node);
    }
    return holders;
  }

  /** Whether this node, and no other of those asked, holds every virtual address. */
  async isHeldBy(node: string, directors?: readonly string[]): Promise<boolean> {
    const holders = Object.values(await this.holders(directors));
    return holders.every((names) => names.length === 1 && names[0] === node);
  }

  /** The answers to so many requests of the web page, one after the other, each over its own connection. */
  async askPage(count: number): Promise<{ server: string; client: string }[]> {
    const pages = await this.on(
      'client',
      `for i in $(seq ${count}); do curl -s -m 5 http://192.168.1.202/; echo; echo ----; done`,
    );
    return pages
      .split('----')
      .slice(0, -1)
      .map((page) => ({
        server: /servidor IP: ([\d.]+)/.exec(page)?.[1] ?? 'none',
        client: /Cliente IP: ([\d.]+)/.exec(page)?.[1] ?? 'none',
      }));
  }
}

export const virtualAddresses = ['192.168.1.200', '192.168.1.202', '10.0.100.200'] as const;

/** Ends our director inside a node as an operator would, by its pid; its addresses and rules go with it. */
export const stopDirector =
  'for one in /proc/[0-9]*; do ' +
  'tr "\\0" " " < $one/cmdline 2> /dev/null | grep -q "^/opt/relevo/node .*director.cjs run" && kill ${one#/proc/}; ' +
  'done; sleep 1';

/** Real servers in one virtual service of `relevo ipvs --json`, by address. */
export interface TableService {
  readonly protocol: string;
  readonly address: string;
  readonly port: number;
  readonly realServers: readonly { readonly address: string; readonly counters: { readonly connections: number } }[];
}

export async function tableOf(lab: TfgLab, node: string): Promise<readonly TableService[]> {
  const tables = await lab.relevo.json<{ node: string; services?: TableService[] }[]>('ipvs', node, '--lab', lab.name);
  return tables[0]?.services ?? [];
}
