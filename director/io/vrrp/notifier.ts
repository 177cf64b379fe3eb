import { closeSync, constants, openSync, writeSync } from 'node:fs';
import type { Command } from '../../engine/vrrp/configuration.ts';
import * as libc from '../libc.ts';
import type { VrrpMessage } from './messages.ts';
import { runCommand } from './run-command.ts';

/** A notify script may do a lot, but not for ever: what comes after it waits. */
const limitMs = 60_000;
/** keepalived gives scripts one second when it stops. */
const lastLimitMs = 1000;

/** Runs notify scripts: those of one instance or group one after the other, in the order of its states. */
export class Notifier {
  readonly #queues = new Map<string, Promise<void>>();
  readonly #warn: (message: string) => void;
  #fifos = new Map<string, number>();
  #stopping = false;

  constructor(warn: (message: string) => void) {
    this.#warn = warn;
  }

  tell({ subject, commands, line, last }: Extract<VrrpMessage, { type: 'notify' }>): void {
    for (const [path, fd] of this.#fifos) this.#write(path, fd, line);
    if (commands.length === 0) return;
    const before = this.#queues.get(subject) ?? Promise.resolve();
    // Whoever is told that we stop must not wait for a script that hangs.
    const start = last ? Promise.race([before, delay(lastLimitMs)]) : before;
    const after = start.then(() => this.#runAll(commands, last ? lastLimitMs : limitMs));
    this.#queues.set(subject, after);
    void after.then(() => {
      if (this.#queues.get(subject) === after) this.#queues.delete(subject);
    });
  }

  /** Pipes that stay keep their readers; those that are missing are made. */
  openFifos(paths: readonly string[]): void {
    const before = this.#fifos;
    this.#fifos = new Map();
    for (const path of paths) {
      const fd = before.get(path) ?? this.#open(path);
      if (fd !== undefined) this.#fifos.set(path, fd);
    }
    for (const [path, fd] of before) if (!this.#fifos.has(path)) closeSync(fd);
  }

  /** Waits for the last scripts, but not longer than they may take. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.race([Promise.all(this.#queues.values()), delay(lastLimitMs * 2)]);
    this.openFifos([]);
  }

  async #runAll(commands: readonly Command[], limit: number): Promise<void> {
    for (const command of commands) {
      const { ok, detail } = await runCommand(command, limit).ended;
      if (!ok && !this.#stopping) this.#warn(`Notify script ${command.words.join(' ')}: ${detail}`);
    }
  }

  #open(path: string): number | undefined {
    try {
      libc.mkfifo(path, 0o600);
      // For reading too, so that it opens, and keeps its lines, while nobody reads.
      return openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    } catch (error) {
      this.#warn(`Cannot open the notify pipe ${path}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }

  #write(path: string, fd: number, line: string): void {
    try {
      writeSync(fd, line);
    } catch (error) {
      this.#warn(`Nobody reads ${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}
