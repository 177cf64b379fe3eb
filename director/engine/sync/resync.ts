import { HEADER_V1, VERSION } from './format.ts';

/** When a request goes out, in milliseconds after the daemon's start, while nobody has told anything. */
const REQUEST_TIMES_MS = [0, 500, 1000, 2000, 4000];
/** A master that has just told all does not do so again for the next who asks. */
const ANSWER_PAUSE_MS = 300;

/**
 * Ours, not the kernel's: a backup that has just started asks for everything by a message of version 1 without connections.
 * The kernel's backups take nothing from it and its masters do not listen, so that it harms nobody.
 */
export function requestMessage(syncId: number): Uint8Array {
  return Uint8Array.of(0, syncId, 0, HEADER_V1, 0, VERSION, 0, 0);
}

/** The backup's side: asks again until somebody tells something. */
export class ResyncRequests {
  private readonly startedAt: number;
  private sent = 0;
  private isAnswered = false;

  constructor(now: number) {
    this.startedAt = now;
  }

  get deadline(): number {
    const next = REQUEST_TIMES_MS[this.sent];
    return this.isAnswered || next === undefined ? Infinity : this.startedAt + next;
  }

  /** True when one is to be sent now; it counts as sent. */
  isDue(now: number): boolean {
    if (now < this.deadline) return false;
    this.sent += 1;
    return true;
  }

  /** Connections have come. */
  answered(): void {
    this.isAnswered = true;
  }
}

/** The master's side. */
export class ResyncAnswers {
  private lastAt = -Infinity;

  /** Whether a request that comes now is obeyed. */
  accept(now: number): boolean {
    if (now - this.lastAt < ANSWER_PAUSE_MS) return false;
    this.lastAt = now;
    return true;
  }
}
