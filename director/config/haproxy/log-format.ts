import { logVariables, type LogFlags, type LogFormat, type LogPart } from '../../engine/proxy/expressions.ts';
import { fetches } from '../../engine/proxy/samples.ts';
import { nearestWord } from '../nearest-word.ts';
import { shown } from '../reader.ts';
import type { Word } from '../statements.ts';
import { LineError } from './line.ts';
import { parseSample, within } from './sample.ts';
import { isAvailable, type Moment, type Scope } from './scope.ts';

/** Section 8.2.4: variables that only requests of HTTP have. */
const httpOnly = new Set([
  ...['CC', 'CS', 'Ta', 'Ti', 'Tq', 'Tr', 'TR', 'HM', 'HP', 'HPO', 'HQ', 'HU', 'HV', 'r', 'tr', 'trg', 'trl'],
]);

export interface FormatPlace {
  readonly moment: Moment;
  /** A format of logs: blanks are separators, and samples of requests are seen from the log's end. */
  readonly isLog?: boolean;
  readonly hasBackend?: boolean;
}

const noFlags: LogFlags = { quoted: false, escaped: false, hexadecimal: false };

/** Text, `%variables`, `%{+Q}variables`, `%[samples]`. Throws LineError. */
export function parseLogFormat(word: Word, scope: Scope, place: FormatPlace): LogFormat {
  return new FormatParser(word, scope, place).parse();
}

class FormatParser {
  readonly #word: Word;
  readonly #scope: Scope;
  readonly #place: FormatPlace;
  readonly #parts: LogPart[] = [];
  #defaults = noFlags;
  #at = 0;

  constructor(word: Word, scope: Scope, place: FormatPlace) {
    this.#word = word;
    this.#scope = scope;
    this.#place = place;
  }

  parse(): LogFormat {
    const { text } = this.#word;
    while (this.#at < text.length) {
      if (text[this.#at] === '%') this.#percent();
      else if (text[this.#at] === ' ' && this.#place.isLog === true) this.#separator();
      else this.#text(text[this.#at] ?? '');
    }
    return this.#parts;
  }

  #text(character: string): void {
    const last = this.#parts.at(-1);
    if (last?.kind === 'text') this.#parts.splice(-1, 1, { kind: 'text', text: last.text + character });
    else this.#parts.push({ kind: 'text', text: character });
    this.#at++;
  }

  #separator(): void {
    if (this.#parts.at(-1)?.kind !== 'separator') this.#parts.push({ kind: 'separator' });
    this.#at++;
  }

  #percent(): void {
    const { text } = this.#word;
    const start = this.#at;
    this.#at++;
    const next = text.charAt(this.#at);
    if (next === '%') {
      this.#text('%');
      return;
    }
    if (next === '') throw this.#error(start, 'a "%" at the end', '%% for the character itself');
    if (/[\d \t]/.test(next)) throw this.#error(start, 'not a variable', '%% for the character itself');
    const flags = next === '{' ? this.#flags(start) : this.#defaults;
    if (text[this.#at] === '[') this.#sample(flags);
    else if (/[A-Za-z]/.test(text.charAt(this.#at))) this.#variable(flags);
    else if (next === '{') throw this.#error(start, 'flags without a variable', 'such as %{+Q}r');
  }

  #flags(start: number): LogFlags {
    const end = this.#word.text.indexOf('}', this.#at);
    if (end === -1) throw this.#error(start, 'a brace that is never closed', '}');
    let flags = this.#defaults;
    for (const flag of this.#word.text.slice(this.#at + 1, end).split(',')) {
      const [, sign, name] = /([+-])([^+-]*)$/.exec(flag) ?? [];
      const on = sign === '+';
      if (name === 'Q') flags = { ...flags, quoted: on };
      else if (name === 'E') flags = { ...flags, escaped: on };
      else if (name === 'X') flags = { ...flags, hexadecimal: on };
    }
    this.#at = end + 1;
    return flags;
  }

  #variable(flags: LogFlags): void {
    const [name = ''] = /^[A-Za-z\d]+/.exec(this.#word.text.slice(this.#at)) ?? [];
    const start = this.#at;
    this.#at += name.length;
    if (name === 'o') {
      this.#defaults = flags;
      return;
    }
    const known = logVariables.find((variable) => variable === name);
    if (known === undefined) {
      const nearest = nearestWord(name, logVariables);
      throw new LineError(within(this.#word, start), `no such variable of log formats: "${shown(name)}"`, {
        expected: '%% for the character itself',
        ...(nearest === undefined ? {} : { nearest }),
      });
    }
    if (httpOnly.has(name) && this.#scope.mode !== 'http')
      throw this.#error(start, `the variable "${name}" is one of HTTP`, 'mode http');
    this.#parts.push({ kind: 'variable', name: known, ...flags });
  }

  #sample(flags: LogFlags): void {
    const start = this.#at;
    const { sample, end } = parseSample(this.#word, this.#scope, this.#at + 1);
    if (this.#word.text[end] !== ']') throw this.#error(end, 'a sample that does not end', ']');
    const [, , available] = fetches.get(sample.fetch) ?? [];
    const { moment, hasBackend = false } = this.#place;
    if (available !== undefined && !isAvailable(available, moment, hasBackend))
      throw this.#error(start, `"${sample.fetch}" is not there at this moment`);
    this.#parts.push({ kind: 'sample', sample, ...flags });
    this.#at = end + 1;
  }

  #error(at: number, message: string, expected?: string): LineError {
    const details = expected === undefined ? {} : { expected };
    return new LineError(within(this.#word, at), `${message}, in "${shown(this.#word.text)}"`, details);
  }
}
