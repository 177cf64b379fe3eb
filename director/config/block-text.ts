/** Text of nested blocks with braces, indented by two blanks. */
export class BlockText {
  readonly #lines: string[] = [];
  #indent = '';

  line(...words: readonly (string | number)[]): void {
    this.#lines.push(`${this.#indent}${words.join(' ')}`);
  }

  /** One line when `given`. */
  optional(keyword: string, given: string | number | undefined): void {
    if (given !== undefined) this.line(keyword, given);
  }

  flag(keyword: string, given: boolean | undefined): void {
    if (given === true) this.line(keyword);
  }

  block(head: string, write: () => void): void {
    this.line(`${head} {`);
    const outer = this.#indent;
    this.#indent = `${outer}  `;
    write();
    this.#indent = outer;
    this.line('}');
  }

  toString(): string {
    return this.#lines.map((line) => `${line}\n`).join('');
  }
}

/** Milliseconds as the seconds that such files count in. */
export function inSeconds(milliseconds: number): string {
  return String(Math.round(milliseconds * 1000) / 1e6);
}
