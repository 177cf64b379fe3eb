import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readRequests } from '../../../director/engine/http/fixtures/reference-reader.ts';

/** Octets of both sides of a proxy, one letter an octet; the server's a text for each of its connections. */
export interface Exchange {
  readonly client: string;
  readonly server: readonly string[];
}

export interface Stimulus {
  /** What the client sends; it stays until the proxy ends the connection. */
  readonly octets: string;
  /** What the server sends instead of `200`, and whether it closes then. */
  readonly answer?: { readonly octets: string; readonly closes: boolean };
}

/** The line of `haproxy -v`, undefined where there is none. */
export function haproxyVersion(): string | undefined {
  const { status, stdout } = spawnSync('haproxy', ['-v'], { encoding: 'utf8' });
  return status === 0 ? stdout.split('\n')[0] : undefined;
}

const LANES = 8;
/** Longest that one exchange may last; the proxy's own timeouts are shorter. */
const PATIENCE_MS = 3000;
const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

interface Record {
  octets: string;
  answered: number;
  lenient: boolean;
}

/** Long enough for the proxy to find an error behind what it has forwarded. */
const LENIENCE_MS = 60;

/** A recording server behind a frontend of its own: one exchange at a time. */
class Lane {
  readonly front: string;
  readonly back: string;
  private readonly server: Server;
  private recorded: Record[] = [];
  private answer: Stimulus['answer'];

  constructor(folder: string, index: number) {
    this.front = join(folder, `front-${index}`);
    this.back = join(folder, `back-${index}`);
    this.server = createServer({ allowHalfOpen: true }, (socket) => this.accept(socket));
  }

  listen(): Promise<void> {
    return new Promise((resolve) => void this.server.listen(this.back, resolve));
  }

  close(): void {
    this.server.close();
  }

  private accept(socket: Socket): void {
    const record: Record = { octets: '', answered: 0, lenient: false };
    this.recorded.push(record);
    socket.on('error', () => socket.destroy());
    socket.on('end', () => socket.end());
    socket.on('data', (data) => {
      record.octets += data.toString('latin1');
      if (this.answer === undefined) this.answerAll(socket, record);
      else if (record.answered === 0 && record.octets.includes('\r\n\r\n')) {
        record.answered = 1;
        socket.write(latin1(this.answer.octets));
        if (this.answer.closes) socket.end();
      }
    });
  }

  /** One answer for each whole request; later also for those that only a lenient reader takes, lest everybody waits. */
  private answerAll(socket: Socket, record: Record): void {
    const { messages, stopped } = readRequests(record.octets);
    for (; record.answered < messages.length; record.answered++) socket.write(latin1(ANSWER));
    if (stopped !== 'wrong' || record.lenient) return;
    record.lenient = true;
    setTimeout(() => socket.writable && socket.write(latin1(ANSWER)), LENIENCE_MS);
  }

  async run(stimulus: Stimulus): Promise<Exchange> {
    this.recorded = [];
    this.answer = stimulus.answer;
    let client = '';
    const socket = connect({ path: this.front, allowHalfOpen: true });
    const ended = new Promise<void>((resolve) => {
      socket.on('data', (data) => (client += data.toString('latin1')));
      socket.on('error', () => resolve());
      socket.on('end', resolve);
      socket.on('close', () => resolve());
    });
    socket.write(latin1(stimulus.octets));
    await Promise.race([ended, sleep(PATIENCE_MS, undefined, { ref: false })]);
    socket.destroy();
    await sleep(10);
    return { client, server: this.recorded.map(({ octets }) => octets) };
  }
}

/** Debian's haproxy in http mode in front of recording servers, on sockets in a folder of its own. */
export class HaproxyVerdicts {
  private readonly folder: string;
  private readonly lanes: readonly Lane[];
  private process: ChildProcess | undefined;

  private constructor(folder: string) {
    this.folder = folder;
    this.lanes = Array.from({ length: LANES }, (_, index) => new Lane(folder, index));
  }

  static async start(): Promise<HaproxyVerdicts> {
    const verdicts = new HaproxyVerdicts(await mkdtemp(join(tmpdir(), 'relevo-haproxy-')));
    await verdicts.launch();
    return verdicts;
  }

  private async launch(): Promise<void> {
    const file = join(this.folder, 'haproxy.cfg');
    const listen = this.lanes.map(
      ({ front, back }, index) => `listen lane${index}\n  bind ${front}\n  server recorder ${back}\n`,
    );
    await writeFile(file, `${CONFIGURATION}${listen.join('')}`);
    await Promise.all(this.lanes.map((lane) => lane.listen()));
    this.process = spawn('haproxy', ['-db', '-f', file], { stdio: 'ignore' });
    for (let tries = 0; !this.lanes.every(({ front }) => existsSync(front)); tries++) {
      if (tries === 200 || this.process.exitCode !== null) throw new Error('haproxy does not listen');
      await sleep(50);
    }
  }

  /** In the stimuli's order; several at the same time. */
  async exchange(stimuli: readonly Stimulus[]): Promise<Exchange[]> {
    const exchanges: Exchange[] = [];
    let next = 0;
    const drive = async (lane: Lane): Promise<void> => {
      while (next < stimuli.length) {
        const index = next++;
        const stimulus = stimuli[index];
        if (stimulus !== undefined) exchanges[index] = await lane.run(stimulus);
      }
    };
    await Promise.all(this.lanes.map(drive));
    return exchanges;
  }

  async stop(): Promise<void> {
    this.process?.kill('SIGKILL');
    for (const lane of this.lanes) lane.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

const CONFIGURATION = `global
  maxconn 1000
defaults
  mode http
  http-reuse never
  retries 0
  timeout connect 1s
  timeout client 1s
  timeout server 600ms
  timeout http-request 600ms
  timeout http-keep-alive 60ms
`;
