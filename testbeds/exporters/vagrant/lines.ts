import { ruby, rubyArguments, rubyComment } from './ruby.ts';
import type { RubyValue } from './ruby.ts';

/** Columns of a line before its indentation. */
const WIDTH = 100;

/** Lines of Ruby, without their common indentation. The words before arguments and values are ours, never data. */
export type Lines = readonly string[];

/** Long ones go on in further lines, which Ruby allows after a comma. */
export function call(method: string, ...values: readonly RubyValue[]): string {
  const [first, ...others] = rubyArguments(values);
  if (first === undefined) return method;
  const lines = [`${method} ${first}`];
  for (const text of others) {
    const last = lines.pop() ?? '';
    const together = `${last}, ${text}`;
    lines.push(...(together.length <= WIDTH ? [together] : [`${last},`, `  ${text}`]));
  }
  return lines.join('\n');
}

export function assign(target: string, value: RubyValue): string {
  return `${target} = ${ruby(value)}`;
}

/** `head do |names|` … `end`. */
export function block(head: string, names: readonly string[], body: Lines): Lines {
  const parameters = names.length === 0 ? '' : ` |${names.join(', ')}|`;
  return [`${head} do${parameters}`, ...indent(body), 'end'];
}

export function condition(text: string, body: Lines): Lines {
  return [`if ${text}`, ...indent(body), 'end'];
}

export function comment(text: string): Lines {
  return rubyComment(text);
}

export function indent(lines: Lines): Lines {
  return lines.flatMap((line) => line.split('\n')).map((line) => (line === '' ? '' : `  ${line}`));
}
