import type { Problem } from './problem.ts';
import type { Token } from './tokens.ts';

export interface Word {
  readonly text: string;
  /** As it stands in the file, quotes and escapes included. */
  readonly raw?: string;
  /** The file that it is in, where that is not the one being read: included files. */
  readonly file?: string;
  readonly line: number;
  readonly column: number;
}

/** `keyword argument… { block }`: what every line of the file becomes. */
export interface Statement {
  readonly keyword: Word;
  readonly parameters: readonly Word[];
  readonly block?: readonly Statement[];
}

interface OpenStatement {
  keyword: Word;
  parameters: Word[];
  block?: OpenStatement[];
}

/**
 * Builds the tree of statements. A closing brace too many is a warning, as keepalived only complains about it ("Extra
 * '}' found") and goes on; a missing one is an error, because then nobody knows what belongs where.
 */
export function buildStatements(
  tokens: readonly Token[],
  file: string,
): { statements: Statement[]; problems: Problem[] } {
  const builder = new StatementBuilder(file);
  for (const token of tokens) builder.take(token);
  return builder.finish();
}

class StatementBuilder {
  readonly #file: string;
  readonly #root: OpenStatement[] = [];
  readonly #problems: Problem[] = [];
  /** The blocks that are open now, outermost first, with the statement that each belongs to. */
  readonly #open: { owner: OpenStatement; brace: Token }[] = [];
  #pending: OpenStatement | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  take(token: Token): void {
    if (token.kind === 'word') this.#word(token);
    else if (token.kind === 'open') this.#openBlock(token);
    else {
      this.#pending = undefined;
      if (token.kind === 'close') this.#closeBlock(token);
    }
  }

  finish(): { statements: Statement[]; problems: Problem[] } {
    for (const { owner, brace } of this.#open)
      this.#report('error', brace, `the block of "${owner.keyword.text}" is never closed`, '"}" before the file ends');
    return { statements: this.#root, problems: this.#problems };
  }

  get #current(): OpenStatement[] {
    return this.#open.at(-1)?.owner.block ?? this.#root;
  }

  #word({ kind: _kind, ...word }: Token): void {
    if (this.#pending) this.#pending.parameters.push(word);
    else {
      this.#pending = { keyword: word, parameters: [] };
      this.#current.push(this.#pending);
    }
  }

  #openBlock(brace: Token): void {
    // The brace may stand alone on the line after its statement.
    const owner = this.#pending ?? this.#current.at(-1);
    if (!owner || owner.block) {
      const nameless: OpenStatement = { keyword: brace, parameters: [], block: [] };
      this.#report('error', brace, '"{" without a word before it', 'the name of a block');
      this.#open.push({ owner: nameless, brace });
    } else {
      owner.block = [];
      this.#open.push({ owner, brace });
    }
    this.#pending = undefined;
  }

  #closeBlock(brace: Token): void {
    if (!this.#open.pop()) this.#report('warning', brace, 'a "}" that closes nothing is ignored');
  }

  #report(
    severity: Problem['severity'],
    { line, column, file = this.#file }: Token,
    message: string,
    expected?: string,
  ): void {
    const problem: Problem = { severity, file, line, column, message };
    this.#problems.push(expected === undefined ? problem : { ...problem, expected });
  }
}
