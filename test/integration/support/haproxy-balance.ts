import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket, type Socket as Datagrams } from 'node:dgram';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Asked, BalanceCase, Observed, Step } from './haproxy-balance-cases.ts';

/** Servers that every case may name: s1 to s6 answer, d1 and d2 refuse connections. */
const ANSWERING = ['s1', 's2', 's3', 's4', 's5', 's6'];
const REFUSING = ['d1', 'd2'];
const PATIENCE_MS = 3000;

interface Arrived {
  readonly server: string;
  readonly head: string;
  readonly socket: Socket;
}

/** Debian's haproxy with one listen for each case, and the servers behind it. */
export class HaproxyBalance {
  readonly ports = new Map<string, number>();
  readonly #folder: string;
  readonly #servers: Server[] = [];
  readonly #arrived = new Map<string, Arrived>();
  readonly #logged = new Map<string, string>();
  readonly #notices: string[] = [];
  #log!: Datagrams;
  #process: ChildProcess | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async prepare(): Promise<HaproxyBalance> {
    const made = new HaproxyBalance(await mkdtemp(join(tmpdir(), 'relevo-balance-')));
    for (const name of ANSWERING) await made.#serve(name);
    for (const name of REFUSING) made.ports.set(name, await freePort());
    return made;
  }

  /** The text of all cases as one file. */
  configuration(cases: readonly BalanceCase[], logPort: number): string {
    const listens = cases.map(({ name, lines }) =>
      [
        `listen ${name}`,
        `bind ${join(this.#folder, name)} accept-proxy`,
        'capture request header x-id len 40',
        ...lines.map((line) => this.#ported(line)),
      ].join('\n  '),
    );
    return `${HEAD.replace('@LOG@', `127.0.0.1:${logPort}`).replace('@SOCKET@', join(this.#folder, 'admin'))}${listens.join('\n')}\n`;
  }

  async start(cases: readonly BalanceCase[]): Promise<string> {
    this.#log = createSocket('udp4');
    this.#log.on('message', (message) => this.#note(message.toString('latin1')));
    await new Promise<void>((resolve) => this.#log.bind(0, '127.0.0.1', resolve));
    const text = this.configuration(cases, this.#log.address().port);
    const file = join(this.#folder, 'haproxy.cfg');
    await writeFile(file, text);
    this.#process = spawn('haproxy', ['-db', '-f', file], { stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    this.#process.stderr?.on('data', (data: Buffer) => (errors += data.toString()));
    for (let tries = 0; !existsSync(join(this.#folder, cases.at(-1)?.name ?? 'admin')); tries++) {
      if (tries === 200 || this.#process.exitCode !== null) throw new Error(`haproxy does not listen: ${errors}`);
      await sleep(50);
    }
    await sleep(100);
    return text;
  }

  async stop(): Promise<void> {
    this.#process?.kill('SIGKILL');
    this.#log.close();
    for (const server of this.#servers) server.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Plays the steps of a case; answers what became of each request, in the order in which they were asked. */
  async play({ name, steps }: BalanceCase): Promise<Observed> {
    const ids: string[] = [];
    const open = new Map<string, Promise<string>>();
    const answers = new Map<string, string>();
    for (const step of steps) await this.#step(name, step, { ids, open, answers });
    await this.#releaseAll(name, open);
    const requests = [];
    for (const id of ids) requests.push(await this.#outcome(name, id, answers.get(id) ?? ''));
    const notices = this.#notices.filter((line) => line.includes(` ${name}/`) || line.includes(`proxy ${name} `));
    return { requests, counters: await this.#counters(name), notices };
  }

  /** Also those that come to a server only then. */
  async #releaseAll(name: string, open: Playing['open']): Promise<void> {
    const left = new Set(open.keys());
    for (const [id, asked] of open) void asked.then(() => left.delete(id));
    while (left.size > 0) {
      for (const id of left) {
        const arrived = this.#arrived.get(`${name}-${id}`);
        if (arrived?.socket.writable === true) this.#answer(arrived.socket, undefined);
      }
      await sleep(10);
    }
  }

  async #step(name: string, step: Step, state: Playing): Promise<void> {
    switch (step.do) {
      case 'get':
        for (let time = 0; time < (step.times ?? 1); time++) {
          const id = `${state.ids.length}`;
          state.ids.push(id);
          state.answers.set(id, await this.#ask(name, id, step));
          await this.#awaitLog(`${name}-${id}`);
        }
        return;
      case 'open': {
        const id = `${state.ids.length}`;
        state.ids.push(id);
        const asked = this.#ask(name, id, { ...step, holds: true });
        state.open.set(
          id,
          asked.then((answer) => (state.answers.set(id, answer), answer)),
        );
        await this.#settle(name, id);
        return;
      }
      case 'release': {
        const id = `${step.request}`;
        const arrived = this.#arrived.get(`${name}-${id}`);
        if (arrived === undefined || !state.open.has(id)) return;
        this.#answer(arrived.socket, undefined);
        await state.open.get(id);
        state.open.delete(id);
        await this.#awaitLog(`${name}-${id}`);
        await sleep(15);
        return;
      }
      case 'command':
        await this.command(step.command.replaceAll('@', name));
        return;
      case 'pass':
        await sleep(step.ms);
    }
  }

  async command(text: string): Promise<string> {
    const socket = connect(join(this.#folder, 'admin'));
    let answer = '';
    socket.on('data', (data) => (answer += data.toString()));
    socket.write(`${text}\n`);
    await new Promise((resolve) => socket.on('close', resolve));
    return answer;
  }

  /** One request on a connection of its own; answers all that came back. */
  async #ask(name: string, id: string, asked: Asked & { holds?: boolean }): Promise<string> {
    const { method = 'GET', target = '/', headers = [], source = '192.0.2.1', answer, holds = false } = asked;
    const family = source.includes(':') ? 'TCP6' : 'TCP4';
    const local = source.includes(':') ? '::1' : '127.0.0.1';
    const socket = connect(join(this.#folder, name));
    let text = '';
    socket.on('data', (data) => (text += data.toString('latin1')));
    socket.on('error', () => socket.destroy());
    const lines = [
      `PROXY ${family} ${source} ${local} 4711 80`,
      `${method} ${target} HTTP/1.1`,
      ...['host: h', ...headers, `x-id: ${name}-${id}`, 'connection: close'],
      ...(method === 'POST' ? ['content-length: 0'] : []),
      ...(answer === undefined ? [] : [`x-answer: ${answer.join('|')}`]),
      ...(holds ? ['x-hold: 1'] : []),
    ];
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    await Promise.race([
      new Promise((resolve) => socket.on('close', resolve)),
      sleep(PATIENCE_MS, undefined, { ref: false }),
    ]);
    socket.destroy();
    return text;
  }

  async #serve(name: string): Promise<void> {
    const server = createServer((socket) => {
      let head = '';
      socket.on('error', () => socket.destroy());
      socket.on('data', (data) => {
        head += data.toString('latin1');
        if (!head.includes('\r\n\r\n')) return;
        const id = /x-id: (\S+)/i.exec(head)?.[1] ?? '';
        this.#arrived.set(id, { server: name, head, socket });
        if (!/x-hold: 1/i.test(head)) this.#answer(socket, /x-answer: ([^\r]*)/i.exec(head)?.[1]);
      });
    });
    this.#servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.ports.set(name, (server.address() as AddressInfo).port);
  }

  #answer(socket: Socket, lines: string | undefined): void {
    const [status = 'HTTP/1.1 200 OK', ...fields] = (lines ?? 'HTTP/1.1 200 OK').split('|');
    socket.end([status, ...fields, 'content-length: 0', 'connection: close', '', ''].join('\r\n'), 'latin1');
  }

  #ported(line: string): string {
    return line.replace(/^server (\S+) @([a-z]\d)/, (_all, name: string, port: string) => {
      return `server ${name} 127.0.0.1:${this.ports.get(port)}`;
    });
  }

  /** Until a held request is at a server, or waits in a queue. */
  async #settle(name: string, id: string): Promise<void> {
    for (let tries = 0; tries < 12; tries++) {
      if (this.#arrived.has(`${name}-${id}`) || this.#logged.has(`${name}-${id}`)) return;
      await sleep(5);
    }
  }

  async #awaitLog(id: string): Promise<void> {
    for (let tries = 0; !this.#logged.has(id); tries++) {
      if (tries === 1000) throw new Error(`nothing is logged of ${id}`);
      await sleep(2);
    }
  }

  #note(message: string): void {
    const [, line = ''] = /haproxy\[\d+\]: (.*?)\s*$/s.exec(message) ?? [];
    const [, id, fields] = /^id=(\S+) (.*)$/.exec(line) ?? [];
    // Of the four letters those of cookies: who is to blame for an end is not the dispatcher's business.
    if (id !== undefined && fields !== undefined) this.#logged.set(id, fields.replace(/ ..(..) /, ' $1 '));
    else this.#notices.push(`${LEVELS[Number(/^<(\d+)>/.exec(message)?.[1]) & 7]} ${line.replace(/\.$/, '')}`);
  }

  async #outcome(name: string, id: string, answer: string): Promise<string> {
    await this.#awaitLog(`${name}-${id}`);
    const head = this.#arrived.get(`${name}-${id}`)?.head ?? '';
    const sent = [...head.matchAll(/^cookie: ([^\r]*)/gim)].map(([, value]) => `> ${value}`);
    // Without a server it is an answer of the proxy's own.
    const fields = head === '' ? [] : answer.matchAll(/^(set-cookie|cache-control): ([^\r]*)/gim);
    const received = [...fields].map(([, field, value]) => `< ${field}: ${value}`).sort();
    return [this.#logged.get(`${name}-${id}`), ...sent, ...received].join(' ');
  }

  async #counters(name: string): Promise<string[]> {
    await sleep(10);
    const [first = '', ...rows] = (await this.command('show stat')).replace(/^# /, '').split('\n');
    const columns = first.split(',');
    const wanted = ['svname', 'qmax', 'smax', 'stot', 'econ', 'wretr', 'wredis', 'lbtot'];
    return rows
      .map((row) => row.split(','))
      .filter((row) => row[0] === name && row[1] !== 'FRONTEND')
      .map((row) => [...wanted, row[1] === 'BACKEND' ? 'chkdown' : 'weight'].map((one) => row[columns.indexOf(one)]))
      .map((row) => row.join(' '));
  }
}

interface Playing {
  readonly ids: string[];
  readonly open: Map<string, Promise<string>>;
  readonly answers: Map<string, string>;
}

const LEVELS = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'];

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const HEAD = `global
  stats socket @SOCKET@ level admin
  maxconn 4000
defaults
  mode http
  log @LOG@ local0
  log-format "id=%[capture.req.hdr(0)] %s %tsc %rc %sq/%bq"
  http-reuse never
  option httpclose
  maxconn 100
  timeout connect 100ms
  timeout client 60s
  timeout server 60s
  timeout queue 1s
`;
