/** Cuts a stream of text into lines; a line that never ends is given up at `limit` characters. */
export class LineSplitter {
  readonly #limit: number;
  #rest = '';

  constructor(limit = Infinity) {
    this.#limit = limit;
  }

  /** The lines that this piece completes. Throws RangeError when one grows too long. */
  take(piece: string): string[] {
    const lines = (this.#rest + piece).split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > this.#limit) throw new RangeError(`A line is longer than ${this.#limit} characters.`);
    return lines.filter((line) => line.trim() !== '');
  }
}
