import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket, type Socket as Datagrams } from 'node:dgram';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CheckCase } from './haproxy-checks-cases.ts';
import type { ScriptedServer } from './scripted-server.ts';

/** What is seen of one case. */
export interface SeenChecks {
  /** Log lines of the backend, without durations. */
  readonly lines: readonly string[];
  /** Once nothing changes any more: of s1 the columns that tell of checks, of each server its status. */
  readonly columns: Readonly<Record<string, string>>;
  readonly statuses: readonly string[];
}

export const shownColumns = {
  health: ['check_status', 'check_code', 'check_desc', 'last_chk', 'check_health'],
  agent: ['agent_status', 'agent_code', 'agent_desc', 'last_agt', 'weight'],
} as const;

/** HAProxy adds the errno of whatever call came last, in any connection. */
const withoutErrno = (text: string): string => text.replace(/(SSL handshake failure) \([^)]*\)/, '$1');
export const withoutTimes = (line: string): string =>
  withoutErrno(line.replaceAll(/duration: \d+ms/g, 'duration: Nms'));

export function checksFile(
  cases: readonly CheckCase[],
  servers: ReadonlyMap<string, ScriptedServer>,
  folder: string,
): string {
  const backends = cases.map(({ name, lines }) => {
    const port = String(servers.get(name)?.port ?? 1);
    return `backend ${name}\n${lines.map((line) => `  ${line.replaceAll('@P', port).replace(/@(CA|OTHER)/, `${folder}/$1.pem`)}\n`).join('')}`;
  });
  return `defaults\n  mode http\n  log global\n  timeout connect 1s\n  timeout client 1s\n  timeout server 1s\n${backends.join('')}`;
}

/** Debian's haproxy with one backend for each case. */
export class HaproxyChecks {
  readonly #folder: string;
  readonly #lines: string[] = [];
  readonly #log: Datagrams = createSocket('udp4');
  #process: ChildProcess | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async start(text: string): Promise<HaproxyChecks> {
    const made = new HaproxyChecks(await mkdtemp(join(tmpdir(), 'relevo-checks-')));
    await made.#launch(text);
    return made;
  }

  async #launch(text: string): Promise<void> {
    this.#log.on('message', (message) => {
      const line = message.toString('latin1').replace(/^.*?\]: /s, '');
      this.#lines.push(withoutTimes(line.trim().replace(/\.$/, '')));
    });
    await new Promise<void>((resolve) => this.#log.bind(0, '127.0.0.1', resolve));
    const { port } = this.#log.address();
    const head = `global\n  log 127.0.0.1:${port} local0\n  stats socket ${this.#socket} level admin\n`;
    const front = `listen front\n  bind ${join(this.#folder, 'front')}\n  server none 127.0.0.1:1\n`;
    const file = join(this.#folder, 'haproxy.cfg');
    await writeFile(file, `${head}${text}${front}`);
    const child = spawn('haproxy', ['-db', '-f', file], { stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
    this.#process = child;
    await sleep(300);
    if (child.exitCode !== null) throw new Error(`haproxy does not start: ${errors}`);
  }

  get #socket(): string {
    return join(this.#folder, 'admin');
  }

  async stop(): Promise<void> {
    this.#process?.kill('SIGKILL');
    this.#log.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** The columns are those of the last moment at which no check was under way. */
  async seen(cases: readonly CheckCase[]): Promise<Map<string, SeenChecks>> {
    const rows = new Map<string, Record<string, string>[]>();
    for (let time = 0; time < 40 && rows.size < cases.length; time++) {
      const all = await this.#rows();
      for (const { name } of cases) {
        const own = all.filter((row) => row['pxname'] === name && row['svname']?.startsWith('s'));
        const [first] = own;
        const busy = `${first?.['check_status'] ?? ''}${first?.['agent_status'] ?? ''}`.includes('* ');
        if (!busy && !rows.has(name)) rows.set(name, own);
      }
      await sleep(23);
    }
    return new Map(cases.map((one) => [one.name, this.#seenOf(one, rows.get(one.name) ?? [])]));
  }

  #seenOf({ name, agent }: CheckCase, rows: readonly Record<string, string>[]): SeenChecks {
    const wanted = shownColumns[agent === true ? 'agent' : 'health'];
    return {
      lines: this.#lines.filter((line) => line.includes(` ${name}/`) || line.startsWith(`backend ${name} `)),
      columns: Object.fromEntries(wanted.map((column) => [column, withoutErrno(rows[0]?.[column] ?? '')])),
      statuses: rows.map((row) => row['status'] ?? ''),
    };
  }

  async #rows(): Promise<Record<string, string>[]> {
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(this.#socket);
      let answer = '';
      socket.on('data', (data) => (answer += data.toString()));
      socket.on('end', () => resolve(answer));
      socket.on('error', reject);
      socket.write('show stat\n');
    });
    const [head = '', ...lines] = text.split('\n');
    const names = head.replace('# ', '').split(',');
    return lines.map((line) => {
      const fields = splitRow(line);
      return Object.fromEntries(names.map((name, at) => [name, fields[at] ?? '']));
    });
  }
}

/** RFC 4180, one line. */
function splitRow(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain = '']) =>
    quoted === undefined ? plain : quoted.replaceAll('""', '"'),
  );
}
