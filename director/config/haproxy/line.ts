import type { Problem } from '../problem.ts';
import { shown } from '../reader.ts';
import type { Word } from '../statements.ts';

export type Details = Pick<Problem, 'expected' | 'nearest'>;

/** What makes a line unusable. Thrown while a line is read, and caught where lines are handed out. */
export class LineError extends Error {
  readonly at: Word;
  readonly details: Details;

  constructor(at: Word, message: string, details: Details = {}) {
    super(message);
    this.at = at;
    this.details = details;
  }
}

/** Something that HAProxy has and this director does not. */
export function notServed(at: Word, what = `"${shown(at.text)}"`): LineError {
  return new LineError(at, `${what} is not served by this director`);
}

/** The words of a line, one after the other. */
export class Line {
  /** The first word. */
  readonly keyword: Word;
  /** What stood in front of it. */
  readonly modifier: 'no' | 'default' | undefined;
  readonly #words: readonly Word[];
  #index = 1;

  constructor(words: readonly Word[], modifier?: 'no' | 'default') {
    const [keyword] = words;
    if (!keyword) throw new RangeError('a line without a word');
    this.keyword = keyword;
    this.modifier = modifier;
    // An empty word ends a line: nothing behind it is looked at.
    const end = words.findIndex(({ text }, index) => index > 0 && text === '');
    this.#words = end === -1 ? words : words.slice(0, end);
  }

  /** The text of the next word, or of the one so many behind it; empty when there is none. */
  peek(offset = 0): string {
    return this.#words[this.#index + offset]?.text ?? '';
  }

  get isDone(): boolean {
    return this.#index >= this.#words.length;
  }

  /** The next word; where there is none, the place where it should be. */
  get next(): Word {
    const word = this.#words[this.#index];
    if (word) return word;
    const last = this.#words.at(-1) ?? this.keyword;
    return { text: '', line: last.line, column: last.column + last.text.length + 1 };
  }

  /** The next word goes by; throws LineError when there is none. */
  take(expected: string): Word {
    const { next } = this;
    if (this.isDone) throw new LineError(next, `"${this.#last.text}" needs more`, { expected });
    this.#index++;
    return next;
  }

  /** The next word goes by if it is this one. */
  takeIf(...texts: readonly string[]): Word | undefined {
    return texts.includes(this.peek()) && !this.isDone ? this.take('') : undefined;
  }

  /** All that is left. */
  takeRest(): readonly Word[] {
    const rest = this.#words.slice(this.#index);
    this.#index = this.#words.length;
    return rest;
  }

  /** Throws LineError when anything is left. */
  end(): void {
    if (!this.isDone)
      throw new LineError(this.next, `unexpected "${shown(this.next.text)}" after "${shown(this.#last.text)}"`);
  }

  /** The same words from here on, for what may have to be given back. */
  get place(): number {
    return this.#index;
  }

  backTo(place: number): void {
    this.#index = place;
  }

  get #last(): Word {
    return this.#words[this.#index - 1] ?? this.keyword;
  }
}
