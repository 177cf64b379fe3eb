/** What a terminal has shown so far, as far as it matters to someone who looks at it later: its last bytes. */
export class OutputHistory {
  readonly #limit: number;
  #pieces: Buffer[] = [];
  #size = 0;

  /** @param limit in bytes */
  constructor(limit: number) {
    this.#limit = limit;
  }

  append(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#size += piece.length;
    while (this.#size > this.#limit) this.#dropOldest();
  }

  contents(): Buffer {
    return Buffer.concat(this.#pieces, this.#size);
  }

  #dropOldest(): void {
    const excess = this.#size - this.#limit;
    const oldest = this.#pieces[0];
    if (oldest === undefined) return;
    if (oldest.length <= excess) this.#pieces.shift();
    else this.#pieces[0] = oldest.subarray(excess);
    this.#size -= Math.min(excess, oldest.length);
  }
}
