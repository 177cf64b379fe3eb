import type { Writable } from 'node:stream';
import type { ProbeSample } from '../contract/drill.ts';

/** Samples are written in batches this often: one write a sample would cost more than the request itself. */
const batchMs = 25;

/** Writes samples as lines of JSON. */
export class SampleWriter {
  readonly #output: Writable;
  #lines = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(output: Writable) {
    this.#output = output;
  }

  write(sample: ProbeSample): void {
    this.#lines += `${JSON.stringify(sample)}\n`;
    this.#timer ??= setTimeout(() => {
      this.#send(() => undefined);
    }, batchMs);
  }

  /** Resolves when everything written so far is out. */
  flush(): Promise<void> {
    return new Promise((resolve) => {
      this.#send(resolve);
    });
  }

  #send(done: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#lines;
    this.#lines = '';
    this.#output.write(lines, () => {
      done();
    });
  }
}
