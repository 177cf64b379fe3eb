import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { createHash } from 'node:crypto';
import { methods, virtual } from './survival-lab.ts';
import type { Method, SurvivalLab } from './survival-lab.ts';

/** How long a client is patient, in ms: less than TCP is, so that a lost connection is told apart from a slow one. */
const PATIENCE_MS = 10_000;
const ECHO = 'stty -echo; echo "ready $SSH_CONNECTION"; while read -r line; do echo "back $line"; done';

/** An interactive login over SSH: numbers go in, and each must come back. */
export class SshSession {
  readonly method: Method;
  /** The client's port, which tells the connection in a director's table. */
  port = 0;
  private readonly child: ChildProcess;
  private readonly waiting = new Map<string, () => void>();
  private ended = '';
  private fail: (error: Error) => void = () => undefined;
  private count = 0;

  private constructor(method: Method, child: ChildProcess) {
    this.method = method;
    this.child = child;
    child.stdin?.on('error', () => undefined);
    child.once('exit', (code) => {
      this.ended = `ssh through ${method} ended with ${code}`;
      this.fail(new Error(this.ended));
    });
    if (child.stdout !== null) createInterface(child.stdout).on('line', (line) => this.hear(line.trim()));
  }

  static async open(lab: SurvivalLab, method: Method): Promise<SshSession> {
    const session = new SshSession(method, lab.ssh(method, ECHO));
    await session.await('ready');
    return session;
  }

  private hear(line: string): void {
    const port = /^ready \S+ (\d+) /.exec(line)?.[1];
    if (port !== undefined) this.port = Number(port);
    this.waiting.get(port === undefined ? line : 'ready')?.();
  }

  private await(line: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.ended !== '') throw new Error(this.ended);
      const late = (): void => reject(new Error(`ssh through ${this.method}: no "${line}" in ${PATIENCE_MS} ms`));
      const timer = setTimeout(late, PATIENCE_MS);
      this.fail = (error) => {
        clearTimeout(timer);
        reject(error);
      };
      this.waiting.set(line, () => {
        clearTimeout(timer);
        this.waiting.delete(line);
        resolve();
      });
    });
  }

  /** Sends the next number; rejects when it does not come back. Returns the milliseconds it took. */
  async echo(): Promise<number> {
    const begin = performance.now();
    this.count += 1;
    const back = this.await(`back ${this.count}`);
    this.child.stdin?.write(`${this.count}\n`);
    await back;
    return performance.now() - begin;
  }

  close(): void {
    this.child.kill('SIGTERM');
  }
}

/** A download at the server's slow pace. */
export class Download {
  readonly method: Method;
  /** Rejects when the client got less, or other bytes, than the server has. */
  readonly done: Promise<void>;
  received = 0;
  isOver = false;

  constructor(lab: SurvivalLab, method: Method) {
    this.method = method;
    const child = lab.client('curl', '-sS', '--no-buffer', '-m', '30', `http://${virtual[method]}/`);
    const hash = createHash('sha256');
    child.stdout?.on('data', (part: Buffer) => {
      this.received += part.length;
      hash.update(part);
    });
    this.done = new Promise((resolve, reject) => {
      child.once('close', (code) => {
        this.isOver = true;
        if (code === 0 && hash.digest('hex') === lab.digest) resolve();
        else reject(new Error(`The download through ${method} ended with ${code} after ${this.received} bytes`));
      });
    });
    // It may fail before anybody asks.
    this.done.catch(() => undefined);
  }
}

/** What one kill did to the connections of one method. */
export interface Survival {
  readonly method: Method;
  /** Sentences; none when everything survived. */
  readonly losses: readonly string[];
  /** From the kill until a session answered. */
  readonly silenceMs: number;
}

/** One after the other: a session for every method. */
export async function openSessions(lab: SurvivalLab): Promise<SshSession[]> {
  return Promise.all(methods.map((method) => SshSession.open(lab, method)));
}
