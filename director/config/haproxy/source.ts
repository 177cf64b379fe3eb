import type { Problem } from '../problem.ts';
import { nearestWord } from '../nearest-word.ts';
import type { Reader } from '../reader.ts';
import type { Word } from '../statements.ts';
import { ConditionError, evaluateCondition } from './conditional.ts';
import { Line } from './line.ts';
import { splitLine, type Lookup } from './split-line.ts';

/** Deeper nesting of `.if` is refused. */
const maximumConditions = 1024;

/** `taken`: a branch has been read. `skipped`: within a block that is not read at all. */
interface Branch {
  readonly at: Word;
  reads: boolean;
  taken: boolean;
  readonly skipped: boolean;
  hasElse: boolean;
}

/** Ends the reading of the file. */
class Abort extends Error {}

const directives = ['.if', '.elif', '.else', '.endif', '.alert', '.warning', '.notice', '.diag'];
/** All that may follow `no` and `default`. */
const negatable = new Set([
  ...['option', 'log', 'busy-polling', 'set-dumpable', 'strict-limits', 'insecure-fork-wanted', 'numa-cpu-mapping'],
]);

/**
 * A file's lines as words, those only that its conditional blocks (section 2.4) let through. They are read one by one, as a
 * line of `global` may change the environment of the next.
 */
export class Source {
  readonly #lines: readonly string[];
  readonly #reader: Reader;
  readonly #lookup: Lookup;
  readonly #branches: Branch[] = [];

  constructor(text: string, reader: Reader, lookup: (name: string, line: number) => string | undefined) {
    this.#lines = text.split('\n');
    this.#reader = reader;
    this.#lookup = (name) => lookup(name, this.line);
  }

  /** 1-based: of the line that was last handed out. */
  line = 0;

  *[Symbol.iterator](): Generator<Line> {
    try {
      for (const text of this.#lines) {
        this.line++;
        const line = this.#read(text);
        if (line) yield line;
      }
      this.#end();
    } catch (error) {
      if (!(error instanceof Abort)) throw error;
    }
  }

  #end(): void {
    const last = this.#lines.at(-1) ?? '';
    if (last !== '')
      this.#reader.error(
        { text: last, line: this.#lines.length, column: last.length + 1 },
        'the last line does not end: the file may have been cut short',
        { expected: 'a line feed' },
      );
    const open = this.#branches.at(-1);
    if (open) this.#reader.error(open.at, 'an ".if" that is never closed', { expected: '.endif' });
  }

  #read(text: string): Line | undefined {
    const start = text.trimStart();
    if (start.startsWith('[')) {
      this.#error(text.length - start.length, 'scopes of filters are not served by this director');
      return undefined;
    }
    const { words, fault } = splitLine(text, this.line, this.#lookup);
    if (fault) {
      this.#error(fault.column - 1, fault.message, fault.expected);
      return undefined;
    }
    const [keyword] = words;
    if (!keyword || keyword.text === '') return undefined;
    if (keyword.text.startsWith('.')) {
      this.#directive(keyword, words.slice(1));
      return undefined;
    }
    return this.#reads ? this.#withModifier(words) : undefined;
  }

  #withModifier(words: readonly Word[]): Line | undefined {
    const [keyword, next] = words;
    const modifier = keyword?.text;
    if (!keyword || (modifier !== 'no' && modifier !== 'default')) return new Line(words);
    if (next && negatable.has(next.text)) return new Line(words.slice(1), modifier);
    this.#reader.error(keyword, `"${modifier}" stands before options only`, {
      expected: `one of: ${[...negatable].join(', ')}`,
    });
    return undefined;
  }

  get #reads(): boolean {
    return this.#branches.at(-1)?.reads ?? true;
  }

  #error(index: number, message: string, expected?: string): void {
    const details: Pick<Problem, 'expected'> = expected === undefined ? {} : { expected };
    this.#reader.error({ text: '', line: this.line, column: index + 1 }, message, details);
  }

  #directive(keyword: Word, rest: readonly Word[]): void {
    switch (keyword.text) {
      case '.if':
        this.#if(keyword, rest);
        return;
      case '.elif':
        this.#elif(keyword, rest);
        return;
      case '.else':
        this.#else(keyword, rest);
        return;
      case '.endif':
        this.#bare(keyword, rest);
        this.#current(keyword);
        this.#branches.pop();
        return;
      default:
        if (this.#reads) this.#tell(keyword, rest);
    }
  }

  #if(at: Word, rest: readonly Word[]): void {
    if (this.#branches.length >= maximumConditions - 1) this.#abort(at, 'too many ".if" within each other');
    const skipped = !this.#reads;
    const reads = !skipped && this.#holds(at, rest);
    this.#branches.push({ at, reads, taken: reads, skipped, hasElse: false });
  }

  #elif(at: Word, rest: readonly Word[]): void {
    const branch = this.#current(at);
    if (branch.hasElse) this.#abort(at, '".elif" behind ".else"');
    branch.reads = !branch.skipped && !branch.taken && this.#holds(at, rest);
    branch.taken ||= branch.reads;
  }

  #else(at: Word, rest: readonly Word[]): void {
    this.#bare(at, rest);
    const branch = this.#current(at);
    if (branch.hasElse) this.#abort(at, '".else" behind ".else"');
    branch.hasElse = true;
    branch.reads = !branch.skipped && !branch.taken;
  }

  #current(at: Word): Branch {
    return this.#branches.at(-1) ?? this.#abort(at, `"${at.text}" without an ".if"`);
  }

  #bare(at: Word, [excess]: readonly Word[]): void {
    if (excess && excess.text !== '') this.#abort(excess, `unexpected "${excess.text}" after "${at.text}"`);
  }

  #holds(at: Word, rest: readonly Word[]): boolean {
    try {
      return evaluateCondition(rest.map(({ text }) => text).join(' '), this.#lookup);
    } catch (error) {
      if (error instanceof ConditionError) return this.#abort(rest[0] ?? at, error.message);
      throw error;
    }
  }

  #tell(keyword: Word, [message, excess]: readonly Word[]): void {
    if (!directives.includes(keyword.text)) {
      const nearest = nearestWord(keyword.text, directives);
      const expected = `one of: ${directives.join(', ')}`;
      const details = nearest === undefined ? { expected } : { expected, nearest };
      this.#reader.error(keyword, `unknown directive "${keyword.text}"`, details);
      throw new Abort();
    }
    if (excess && excess.text !== '')
      this.#reader.error(excess, `unexpected "${excess.text}" after "${keyword.text}"`, {
        expected: 'quotes around a message with blanks',
      });
    else if (keyword.text === '.alert') this.#abort(keyword, message?.text ?? '');
    else if (keyword.text === '.warning') this.#reader.warn(keyword, message?.text ?? '');
  }

  #abort(at: Word, message: string): never {
    this.#reader.error(at, message);
    throw new Abort();
  }
}
