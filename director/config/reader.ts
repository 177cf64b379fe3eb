import { nearestWord } from './nearest-word.ts';
import type { Problem } from './problem.ts';
import type { Statement, Word } from './statements.ts';

/** The words that a block may hold, each with what it does. */
export type Keywords = Readonly<Record<string, (statement: Statement) => void>>;

type Details = Pick<Problem, 'expected' | 'nearest'>;

/** Walks statements and gathers every problem on the way, so that one run shows them all. */
export class Reader {
  readonly problems: Problem[] = [];
  readonly #file: string;
  readonly #unsupported: ReadonlySet<string>;

  /** `unsupported`: words of the format that are known, so as not to call them misspelt, but that do nothing here. */
  constructor(file: string, unsupported: ReadonlySet<string>) {
    this.#file = file;
    this.#unsupported = unsupported;
  }

  error(at: Word, message: string, details: Details = {}): void {
    this.#report('error', at, message, details);
  }

  warn(at: Word, message: string, details: Details = {}): void {
    this.#report('warning', at, message, details);
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
      this.error(word, `"${word.text}" is a word of keepalived that this director does not know yet`, { expected });
      return;
    }
    const nearest = nearestWord(word.text, known);
    const message = `unknown word "${word.text}" in ${where}`;
    this.error(word, message, nearest === undefined ? { expected } : { expected, nearest });
  }

  #report(severity: Problem['severity'], { line, column }: Word, message: string, details: Details): void {
    this.problems.push({ severity, file: this.#file, line, column, message, ...details });
  }
}
