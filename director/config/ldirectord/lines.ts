import type { Reader } from '../reader.ts';
import { shown } from '../reader.ts';
import type { Word } from '../statements.ts';

/** `key = value`; without `=` there is no value. */
export interface Directive {
  readonly key: Word;
  readonly value: Word | undefined;
}

export interface VirtualBlock {
  readonly head: Directive;
  readonly directives: readonly Directive[];
}

export interface LdirectordFile {
  readonly globals: readonly Directive[];
  readonly virtuals: readonly VirtualBlock[];
}

/**
 * The lines of ldirectord.cf: what belongs to a `virtual=` is indented by a tab or four blanks, and ends at the first
 * line that is not; a `#` starts a comment only there or at the start of a line.
 */
export function readLines(reader: Reader, text: string): LdirectordFile {
  const globals: Directive[] = [];
  const virtuals: { head: Directive; directives: Directive[] }[] = [];
  let open = false;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.replace(/\r$/, '');
    if (/^\s*#/.test(line)) continue;
    if (line.trim() === '') {
      open = false;
      continue;
    }
    const indented = /^( {4}| *\t)/.test(line);
    const directive = split(indented ? line.replace(/#.*/s, '') : line, index + 1);
    if (indented && open) virtuals.at(-1)?.directives.push(directive);
    else if (/^\s/.test(line)) {
      const message = `"${shown(directive.key.text)}" is indented but stands in no virtual service`;
      reader.error(directive.key, message, {
        expected: 'a line virtual=… right before it, without a blank line between',
      });
    } else {
      open = /^virtual6?$/.test(directive.key.text);
      if (open) virtuals.push({ head: directive, directives: [] });
      else globals.push(directive);
    }
  }
  return { globals, virtuals };
}

function split(line: string, number: number): Directive {
  const indent = Math.max(0, line.search(/\S/));
  const equals = line.indexOf('=');
  if (equals < 0) return { key: { text: line.trim(), line: number, column: indent + 1 }, value: undefined };
  const rest = line.slice(equals + 1);
  const begin = equals + 1 + Math.max(0, rest.search(/\S/));
  return {
    key: { text: line.slice(0, equals).trim(), line: number, column: indent + 1 },
    value: { text: rest.trim(), line: number, column: begin + 1 },
  };
}
