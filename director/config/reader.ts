import { nearestWord } from './nearest-word.ts';
import type { Place, Problem } from './problem.ts';
import type { Statement, Word } from './statements.ts';

/** The words that a block may hold, each with what it does. */
export type Keywords = Readonly<Record<string, (statement: Statement) => void>>;

type Details = Pick<Problem, 'expected' | 'nearest'>;

/** Walks statements and gathers every problem on the way, so that one run shows them all. */
export class Reader {
  readonly problems: Problem[] = [];
  /** Where the parts of the model began. */
  readonly origins = new Map<object, Place>();
  readonly #file: string;
  readonly #unsupported: ReadonlySet<string>;

  /** `unsupported`: words of the format that are known, so as not to call them misspelt, but that do nothing here. */
  constructor(file: string, unsupported: ReadonlySet<string>) {
    this.#file = file;
    this.#unsupported = unsupported;
  }

  /** Reads without telling what is wrong; knows the same places. */
  silent(): Reader {
    const reader = new Reader(this.#file, this.#unsupported);
    return Object.assign(reader, { origins: this.origins });
  }

  error(at: Word, message: string, details: Details = {}): void {
    this.#report('error', at, message, details);
  }

  warn(at: Word, message: string, details: Details = {}): void {
    this.#report('warning', at, message, details);
  }

  /** Remembers where a part of the model began; returns the part. */
  placed<T extends object>(part: T, { line, column, file = this.#file }: Word): T {
    this.origins.set(part, { file, line, column });
    return part;
  }

  /** The place of a part goes over to what has taken its place. */
  moved<T extends object>(from: object, to: T): T {
    const place = this.origins.get(from);
    if (place) this.origins.set(to, place);
    return to;
  }

  /** Hands each statement to its keyword's function; `where` names the block in messages. */
  block(statements: readonly Statement[], where: string, keywords: Keywords): void {
    for (const statement of statements) {
      const { text } = statement.keyword;
      const read = Object.hasOwn(keywords, text) ? keywords[text] : undefined;
      if (read) read(statement);
      else this.#unknown(statement.keyword, where, Object.keys(keywords));
    }
  }

  /** The statements between the braces; a missing block is an error and reads as empty. */
  blockOf(statement: Statement): readonly Statement[] {
    if (!statement.block)
      this.error(statement.keyword, `"${statement.keyword.text}" needs a block`, { expected: '"{"' });
    return statement.block ?? [];
  }

  #unknown(word: Word, where: string, known: string[]): void {
    const expected = `one of: ${known.join(', ')}`;
    if (this.#unsupported.has(word.text)) {
      this.error(word, `"${shown(word.text)}" is a word of this format that this director does not act on`, {
        expected,
      });
      return;
    }
    const nearest = nearestWord(word.text, known);
    const message = `unknown word "${shown(word.text)}" in ${where}`;
    this.error(word, message, nearest === undefined ? { expected } : { expected, nearest });
  }

  #report(
    severity: Problem['severity'],
    { line, column, file = this.#file }: Word,
    message: string,
    details: Details,
  ): void {
    this.problems.push({ severity, file, line, column, message, ...details });
  }
}

/** A word as messages quote it: one that goes on for pages is cut. */
export function shown(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
