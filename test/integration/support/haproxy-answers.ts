import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { type Server, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Answered {
  /** What the client got, and what the server. Octets as Latin-1. */
  readonly client: string;
  readonly server: string;
}

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const QUIET_MS = 60;
const PATIENCE_MS = 3000;

/** Whether an answer with a length, and interim ones before it, are here as a whole. */
export function isWhole(text: string): boolean {
  const rest = text.replace(/^(?:HTTP\/1\.1 1\d\d [^\r]*\r\n(?:[^\r]+\r\n)*\r\n)+/, '');
  const end = rest.indexOf('\r\n\r\n');
  if (end === -1) return false;
  const length = /^content-length: (\d+)/im.exec(rest.slice(0, end))?.[1];
  return length === undefined ? /^HTTP\/1\.\d (?:204|304)/.test(rest) : rest.length >= end + 4 + Number(length);
}

/** Debian's haproxy with a file of its own, in front of one server whose answer is the test's. */
export class HaproxyAnswers {
  readonly #folder: string;
  readonly #server: Server;
  #process: ChildProcess | undefined;
  #answer = '';
  #received = '';
  output = '';

  constructor(folder: string) {
    this.#folder = folder;
    this.#server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.on('data', (data) => {
        const before = this.#received;
        this.#received += data.toString('latin1');
        if (!before.includes('\r\n\r\n') && this.#received.includes('\r\n\r\n')) socket.write(latin1(this.#answer));
      });
    });
  }

  get serverSocket(): string {
    return join(this.#folder, 'server');
  }

  socket(index: number): string {
    return join(this.#folder, `f${index}`);
  }

  /** `listeners`: how many sockets the file has. */
  async start(text: string, listeners: number, environment: Readonly<Record<string, string>>): Promise<void> {
    const file = join(this.#folder, 'haproxy.cfg');
    await writeFile(file, text);
    await new Promise<void>((resolve) => void this.#server.listen(this.serverSocket, resolve));
    this.#process = spawn('haproxy', ['-db', '-f', file], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...environment },
    });
    this.#process.stderr?.on('data', (data: Buffer) => (this.output += data.toString()));
    for (let tries = 0; !existsSync(this.socket(listeners - 1)); tries++) {
      if (tries === 200 || this.#process.exitCode !== null) throw new Error(`haproxy does not listen:\n${this.output}`);
      await sleep(50);
    }
    await sleep(100);
  }

  async ask(index: number, octets: string, answer: string): Promise<Answered> {
    this.#answer = answer;
    this.#received = '';
    let client = '';
    const socket = connect({ path: this.socket(index) });
    await new Promise<void>((resolve) => {
      socket.on('data', (data) => {
        client += data.toString('latin1');
        if (isWhole(client)) resolve();
      });
      socket.on('error', () => resolve());
      socket.on('close', () => resolve());
      setTimeout(resolve, PATIENCE_MS).unref();
      socket.write(latin1(octets));
    });
    socket.destroy();
    if (this.#received === '' && answer !== '' && client === '') await sleep(QUIET_MS);
    return { client, server: this.#received };
  }

  async stop(): Promise<void> {
    this.#process?.kill('SIGKILL');
    await new Promise<void>((resolve) => void this.#server.close(() => resolve()));
  }
}
