/** One option as popt(3) knows it. */
export interface PoptOption<Tag extends string> {
  readonly tag: Tag;
  readonly long: string;
  readonly short?: string;
  readonly argument: 'none' | 'required' | 'optional';
}

export type PoptToken<Tag extends string> =
  | { readonly type: 'option'; readonly tag: Tag; readonly value: string | undefined }
  /** `word`: the element of the command line in which it happened. */
  | { readonly type: 'error'; readonly word: string; readonly message: string };

export const unknownOption = 'unknown option';

/**
 * Takes a command line apart as popt(3) 1.19 does: short options may stand together, the last one with its value
 * (`-Lcn`, `-t10.0.0.1:80`, `-p=300`), long ones take theirs after `=` or as the next element, and words between options
 * are left for the end.
 */
export class PoptScanner<Tag extends string> {
  readonly #argv: readonly string[];
  readonly #options: readonly PoptOption<Tag>[];
  #next = 0;
  /** Short options of the element before that are still to be read. */
  #letters: string | undefined;
  #onlyWords = false;
  /** Elements that are no options, in their order. */
  readonly words: string[] = [];

  constructor(argv: readonly string[], options: readonly PoptOption<Tag>[]) {
    this.#argv = argv;
    this.#options = options;
  }

  /** The element that was read last (poptBadOption). */
  get element(): string {
    return this.#argv[this.#next - 1] ?? '';
  }

  /** Where the value of the token that came last stands, or the token itself. */
  placeOf(token: PoptToken<Tag>): { readonly index: number; readonly offset: number } {
    const value = token.type === 'option' ? token.value : undefined;
    return { index: this.#next - 1, offset: value === undefined ? 0 : this.element.length - value.length };
  }

  /** Undefined at the end of the command line. */
  next(): PoptToken<Tag> | undefined {
    if (this.#letters === undefined) {
      const element = this.#nextElement();
      if (element === undefined) return undefined;
      if (element.startsWith('--')) return this.#long(element);
      this.#letters = element.slice(1);
    }
    return this.#short();
  }

  /** The next element that holds options; words before it are put aside. */
  #nextElement(): string | undefined {
    while (this.#next < this.#argv.length) {
      const element = this.#argv[this.#next++] ?? '';
      if (this.#onlyWords || element === '-' || !element.startsWith('-')) this.words.push(element);
      else if (element === '--') this.#onlyWords = true;
      else return element;
    }
    return undefined;
  }

  #long(element: string): PoptToken<Tag> {
    const [name = ''] = element.slice(2).split('=', 1);
    const option = this.#options.find(({ long }) => long === name);
    if (option === undefined) return this.#error(unknownOption);
    const value = element.length > name.length + 2 ? element.slice(name.length + 3) : undefined;
    if (option.argument !== 'none') return this.#withValue(option, value);
    if (value !== undefined) return this.#error('option does not take an argument');
    return { type: 'option', tag: option.tag, value: undefined };
  }

  #short(): PoptToken<Tag> {
    const letters = this.#letters ?? '';
    this.#letters = undefined;
    const option = this.#options.find(({ short }) => short === letters[0]);
    if (option === undefined) return this.#error(unknownOption);
    const rest = letters.slice(1);
    if (option.argument === 'none') {
      if (rest.startsWith('=')) return this.#error('option does not take an argument');
      if (rest !== '') this.#letters = rest;
      return { type: 'option', tag: option.tag, value: undefined };
    }
    if (letters.length === 1) return this.#withValue(option, undefined);
    return this.#withValue(option, rest.startsWith('=') ? rest.slice(1) : rest);
  }

  #withValue(option: PoptOption<Tag>, value: string | undefined): PoptToken<Tag> {
    const found = (text: string | undefined): PoptToken<Tag> => ({ type: 'option', tag: option.tag, value: text });
    if (value !== undefined) return found(value);
    const following = this.#argv[this.#next];
    const isOptional = option.argument === 'optional';
    if (following === undefined) return isOptional ? found(undefined) : this.#error('missing argument');
    if (isOptional && following.startsWith('-')) return found(undefined);
    this.#next += 1;
    return found(following);
  }

  #error(message: string): PoptToken<Tag> {
    return { type: 'error', word: this.element, message };
  }
}
