import type { NotifyCommand } from '../../engine/checks/configuration.ts';
import type { Log } from '../log.ts';
import { runProgram, type ProgramOutcome } from './program.ts';

/** A notify program that takes longer, in milliseconds, is ended: the next one waits for it. */
const limitMs = 30_000;

/** Runs notify programs one after the other, in the order of what they tell. */
export class NotifyQueue {
  readonly #log: Log;
  readonly #limitMs: number;
  #last: Promise<void> = Promise.resolve();

  constructor(log: Log, timeLimitMs = limitMs) {
    this.#log = log;
    this.#limitMs = timeLimitMs;
  }

  add(notify: NotifyCommand, cause: string): void {
    this.#last = this.#last.then(() => this.#run(notify, cause));
  }

  /** When all that were added have run. */
  settled(): Promise<void> {
    return this.#last;
  }

  #run({ command, user }: NotifyCommand, cause: string): Promise<void> {
    const name = command.join(' ');
    return new Promise((resolve) => {
      const program = runProgram(command, user, (outcome) => {
        clearTimeout(timer);
        const complaint = complaintOf(outcome);
        if (complaint !== undefined) this.#log('warn', `${name} (${cause}): ${complaint}`);
        resolve();
      });
      const timer = setTimeout(() => {
        program.end(false);
        this.#log('warn', `${name} (${cause}) took more than ${this.#limitMs / 1000} s and was ended`);
        resolve();
      }, this.#limitMs);
    });
  }
}

function complaintOf(outcome: ProgramOutcome): string | undefined {
  if ('problem' in outcome) return outcome.problem;
  if (outcome.code === 0) return undefined;
  return outcome.code === undefined ? `ended by ${outcome.signal ?? 'a signal'}` : `exit code ${outcome.code}`;
}
