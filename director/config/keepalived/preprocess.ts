import type { Problem } from '../problem.ts';
import { sourceLines, withoutComment, type SourceLine } from '../tokens.ts';
import { Definitions, splitDefinition } from './definitions.ts';
import { readRepetition } from './repetition.ts';

/** A file that an `include` stands for; without text it could not be read. */
export interface IncludedFile {
  readonly file: string;
  readonly text?: string;
}

/** What a configuration file may reach beyond its own text. */
export interface Surroundings {
  /** The files that a pattern of `include` stands for; relative patterns start from the including file's folder. */
  readonly include?: (pattern: string, from: string) => readonly IncludedFile[];
  /** keepalived's `-i`: chooses the lines that begin with `@NAME`; by default the host's name up to the first dot. */
  readonly configId?: string;
  /** From 0 up to and without 1, for `${_RANDOM}`. */
  readonly random?: () => number;
}

// Far above any real file; they keep hostile ones from taking all memory or time.
const limits = { lines: 200_000, characters: 5_000_000, includeDepth: 32, replacements: 2000 };

/**
 * Everything of keepalived.conf(5) that happens before words are read: comments, `include` and its variants, lines for one
 * configuration identifier (`@NAME`, `@^NAME`), definitions (`$NAME=…`), `~SEQ` and `~LST`.
 */
export function preprocess(
  text: string,
  file: string,
  surroundings: Surroundings = {},
): { lines: SourceLine[]; problems: Problem[] } {
  const preprocessor = new Preprocessor(file, surroundings);
  preprocessor.readFile(text, file);
  return { lines: preprocessor.lines, problems: preprocessor.problems };
}

/** Each variant of `include` adds checks: whether the file can be read, and whether the pattern matches anything. */
const includeChecks: Readonly<Record<string, { readonly readable: boolean; readonly match: boolean }>> = {
  include: { readable: false, match: false },
  includer: { readable: true, match: false },
  includem: { readable: false, match: true },
  includew: { readable: false, match: true },
  includeb: { readable: false, match: false },
  includea: { readable: true, match: true },
};

class Preprocessor {
  readonly lines: SourceLine[] = [];
  readonly problems: Problem[] = [];
  readonly #surroundings: Surroundings;
  readonly #definitions: Definitions;
  readonly #mainFile: string;
  readonly #openFiles: string[] = [];
  #characters = 0;
  #exhausted = false;

  constructor(mainFile: string, surroundings: Surroundings) {
    this.#mainFile = mainFile;
    this.#surroundings = surroundings;
    this.#definitions = new Definitions(surroundings);
  }

  readFile(text: string, file: string): void {
    this.#openFiles.push(file);
    const lines = sourceLines(text, file === this.#mainFile ? undefined : file);
    for (let index = 0; index < lines.length && !this.#exhausted; index++) {
      const line = lines[index];
      if (!line) break;
      const included = /^\s*(include[rmwba]?)\s+(\S.*?)\s*$/.exec(line.text);
      if (included) this.#include(line, included[1] ?? 'include', withoutComment(included[2] ?? '').trim(), file);
      else index = this.#fileLine(lines, index, file);
    }
    this.#openFiles.pop();
  }

  /** Returns the index of the last line it has used: a definition may go on for several. */
  #fileLine(lines: readonly SourceLine[], index: number, file: string): number {
    const first = lines[index];
    if (!first) return index;
    const line = { ...first, text: withoutComment(first.text) };
    if (!/^\s*(@\S+\s+)?\$\w+=.*\\\s*$/.test(line.text)) {
      this.#expand(line, file);
      return index;
    }
    let last = index;
    const parts = [line.text.replace(/\\\s*$/, '')];
    for (let more = true; more && last + 1 < lines.length;) {
      const next = withoutComment(lines[++last]?.text ?? '');
      // Blank lines between do not end it, as the manual's own example shows.
      more = next.trim() === '' || /\\\s*$/.test(next);
      parts.push(next.replace(/\\\s*$/, ''));
    }
    this.#expand({ ...line, text: parts.join('\n') }, file);
    return last;
  }

  #include(line: SourceLine, word: string, pattern: string, from: string): void {
    const { readable = false, match = false } = includeChecks[word] ?? {};
    const quoted = pattern.replace(/^(["'])(.*)\1$/, '$2');
    const files = this.#surroundings.include?.(quoted, from) ?? [];
    if (files.length === 0) this.#report(match ? 'error' : 'warning', line, `${word}: no file matches "${quoted}"`);
    for (const { file, text } of files) {
      if (text === undefined) this.#report(readable ? 'error' : 'warning', line, `${word}: cannot read "${file}"`);
      else if (this.#openFiles.includes(file)) this.#report('error', line, `${word}: "${file}" includes itself`);
      else if (this.#openFiles.length >= limits.includeDepth)
        this.#report('error', line, `${word}: more than ${limits.includeDepth} files within each other`);
      else this.readFile(text, file);
    }
  }

  /** Definitions and repetitions turn one line into many, which may hold more of them. */
  #expand(start: SourceLine, file: string): void {
    const waiting: SourceLine[] = [start];
    let replacements = 0;
    for (let line = waiting.pop(); line && !this.#exhausted; line = waiting.pop()) {
      const chosen = this.#conditional(line);
      if (chosen === undefined) continue;
      const definition = splitDefinition(chosen.text);
      if (definition) {
        this.#definitions.set(definition.name, definition.value);
        continue;
      }
      const replaced = this.#repeated(chosen) ?? this.#definitions.replace(chosen.text, file);
      if (replaced === undefined) this.#emit(chosen);
      else if (++replacements > limits.replacements) this.#stop(line, 'definitions that go on without an end');
      else
        for (const text of replaced.toReversed()) {
          this.#count(text, line);
          waiting.push({ ...chosen, text, column: indentOf(chosen), shifted: true });
        }
    }
  }

  #repeated(line: SourceLine): string[] | undefined {
    const repetition = readRepetition(line.text);
    if (repetition === undefined || Array.isArray(repetition)) return repetition;
    this.#report('error', line, repetition.wrong, '~SEQ(NAME, first, step, last) or ~LST(NAME, value, …)');
    return [];
  }

  #conditional(line: SourceLine): SourceLine | undefined {
    const match = /^(\s*@(\^?)([^\s]*)\s*)(.*)$/s.exec(line.text);
    if (!match) return line;
    const [, before = '', not, id, rest = ''] = match;
    const wanted = (id === (this.#surroundings.configId ?? '')) !== (not === '^');
    return wanted
      ? { ...line, text: rest, column: line.column + (line.shifted === true ? 0 : before.length) }
      : undefined;
  }

  #emit(line: SourceLine): void {
    this.#count('', line);
    this.lines.push(line);
  }

  #count(text: string, line: SourceLine): void {
    this.#characters += text.length;
    if (this.lines.length >= limits.lines || this.#characters > limits.characters)
      this.#stop(line, 'the file grows without measure');
  }

  #stop(line: SourceLine, message: string): void {
    if (!this.#exhausted) this.#report('error', line, message);
    this.#exhausted = true;
  }

  #report(severity: Problem['severity'], source: SourceLine, message: string, expected?: string): void {
    const { line, file = this.#mainFile } = source;
    const problem: Problem = { severity, file, line, column: indentOf(source), message };
    this.problems.push(expected === undefined ? problem : { ...problem, expected });
  }
}

function indentOf({ text, column, shifted }: SourceLine): number {
  return shifted === true ? column : column + Math.max(0, text.search(/\S/));
}
