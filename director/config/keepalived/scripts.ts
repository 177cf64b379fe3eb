import type { NotifyCommand } from '../../engine/checks/configuration.ts';
import type { Reader } from '../reader.ts';
import type { Statement } from '../statements.ts';
import { unexpected } from '../values.ts';

/** `notify_up "PROGRAM ARGUMENT…" [USER [GROUP]]` */
export function notifyCommand(reader: Reader, statement: Statement): NotifyCommand | undefined {
  const [script, user, group, excess] = statement.parameters;
  if (!script) {
    reader.error(statement.keyword, `"${statement.keyword.text}" needs a program`, { expected: '"PROGRAM ARGUMENT…"' });
    return undefined;
  }
  if (excess && group) unexpected(reader, excess, group);
  const command = splitCommand(unescaped(script.raw ?? script.text));
  if (command.length === 0) {
    reader.error(script, 'an empty command', { expected: '"PROGRAM ARGUMENT…"' });
    return undefined;
  }
  if (!user) return { command };
  return { command, user: group ? `${user.text}:${group.text}` : user.text };
}

/** keepalived.conf(5): blanks part the words, single quotes keep them together. */
export function splitCommand(text: string): string[] {
  const words: string[] = [];
  for (const [, quoted, bare = ''] of text.matchAll(/'([^']*)'(?=\s|$)|(\S+)/g)) words.push(quoted ?? bare);
  return words;
}

const letters: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  E: '\u001b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const part = /(["'])|\\x([\da-fA-F]{1,2})|\\([0-7]{1,3})|\\c(.)|\\(.)|([^"'\\]+|\\)/gs;

/** A word with its quotes removed and its escapes resolved, as keepalived.conf(5) describes "Quoted strings". */
export function unescaped(raw: string): string {
  let quote: string | undefined;
  let result = '';
  for (const [, mark, hex, octal, control, escaped, plain] of raw.matchAll(part)) {
    if (mark !== undefined && (quote === undefined || quote === mark)) quote = quote === undefined ? mark : undefined;
    else if (hex !== undefined) result += String.fromCharCode(Number.parseInt(hex, 16));
    else if (octal !== undefined) result += String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
    else if (control !== undefined) result += String.fromCharCode(control.charCodeAt(0) & 0x1f);
    else if (escaped !== undefined) result += letters[escaped] ?? escaped;
    else result += mark ?? plain ?? '';
  }
  return result;
}

/** The opposite of `unescaped`: a word in double quotes. */
export function escaped(text: string): string {
  const inner = text.replaceAll(/["\\]/g, String.raw`\$&`).replaceAll(/[\u0000-\u001f]/g, (character) => {
    return `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`;
  });
  return `"${inner}"`;
}
