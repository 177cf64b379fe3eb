import { ruby, rubyArguments, rubyComment } from './ruby.ts';
import type { RubyValue } from './ruby.ts';

/** Lines of Ruby, without their common indentation. The words before arguments and values are ours, never data. */
export type Lines = readonly string[];

export function call(method: string, ...values: readonly RubyValue[]): string {
  const text = rubyArguments(values);
  return text === '' ? method : `${method} ${text}`;
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
  return lines.map((line) => (line === '' ? '' : `  ${line}`));
}
