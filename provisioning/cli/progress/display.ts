import type { Operation } from '../../contract/index.ts';
import { baseLine, changeLines, progressLines } from './lines.ts';

export interface ProgressDisplay {
  show(operation: Operation): void;
  /** A sentence that stays. */
  note(sentence: string): void;
  end(): void;
}

/** Ten times a second, so that the elapsed time runs. */
const REDRAW_MS = 100;

/** Redraws in place on a terminal, prints line by line elsewhere. @param output undefined: shows nothing */
export function createProgressDisplay(output: NodeJS.WriteStream | undefined): ProgressDisplay {
  if (output === undefined) return { show: () => undefined, note: () => undefined, end: () => undefined };
  return output.isTTY && process.env['TERM'] !== 'dumb' ? new LiveDisplay(output) : new LineDisplay(output);
}

/** A log wants a sign of life while the base layer is made, not every package of it. */
const BASE_LINE_MS = 5000;

class LineDisplay implements ProgressDisplay {
  readonly #output: NodeJS.WriteStream;
  #last: Operation | undefined;
  #nextBaseLineAt = 0;

  constructor(output: NodeJS.WriteStream) {
    this.#output = output;
  }

  show(operation: Operation): void {
    const before = this.#last?.id === operation.id ? this.#last : undefined;
    if (before === undefined) this.note(operation.title);
    const now = Date.now();
    for (const line of changeLines(before, operation, now)) this.note(line);
    this.#noteBase(operation, now);
    this.#last = operation;
  }

  #noteBase(operation: Operation, now: number): void {
    // Not at once either: a base layer that is there already is found in a moment.
    if (this.#last?.id !== operation.id) this.#nextBaseLineAt = now + BASE_LINE_MS;
    const line = now < this.#nextBaseLineAt ? undefined : baseLine(operation, now);
    if (line === undefined) return;
    this.note(line);
    this.#nextBaseLineAt = now + BASE_LINE_MS;
  }

  note(sentence: string): void {
    this.#output.write(`${sentence}\n`);
  }

  end(): void {
    this.#last = undefined;
  }
}

/** A terminal that does not know its size says 0. */
function sizeOf({ columns, rows }: NodeJS.WriteStream): { columns: number; rows: number } {
  return { columns: columns || 80, rows: rows || 24 };
}

class LiveDisplay implements ProgressDisplay {
  readonly #output: NodeJS.WriteStream;
  readonly #timer: NodeJS.Timeout;
  #operation: Operation | undefined;
  #drawn = 0;

  constructor(output: NodeJS.WriteStream) {
    this.#output = output;
    this.#timer = setInterval(() => this.#draw(), REDRAW_MS);
  }

  show(operation: Operation): void {
    this.#operation = operation;
  }

  note(sentence: string): void {
    this.#erase();
    this.#output.write(`${sentence}\n`);
    this.#draw();
  }

  end(): void {
    clearInterval(this.#timer);
    this.#draw();
  }

  #draw(): void {
    if (this.#operation === undefined) return;
    const lines = progressLines(this.#operation, Date.now(), sizeOf(this.#output));
    this.#erase();
    this.#output.write(lines.map((line) => `${line}\n`).join(''));
    this.#drawn = lines.length;
  }

  /** Up to the first line of ours, and everything below it away. */
  #erase(): void {
    if (this.#drawn > 0) this.#output.write(`\u001b[${this.#drawn}A\u001b[0J`);
    this.#drawn = 0;
  }
}
