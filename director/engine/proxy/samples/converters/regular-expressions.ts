import type { RegularExpression } from '../../expressions.ts';
import { textOf } from '../cast.ts';
import { str } from '../values.ts';
import type { Convert } from './converter.ts';

/** As it is used: on texts of one letter an octet. */
export function compiled({ source, ignoreCase }: RegularExpression, flags = ''): RegExp {
  return new RegExp(source, flags + (ignoreCase ? 'i' : ''));
}

type Piece = string | number;

/** `\0` to `\9` stand for what has matched, `\xHH` for an octet, a backslash before anything else for that. */
function piecesOf(template: string): Piece[] {
  const pieces: Piece[] = [];
  let text = '';
  for (let at = 0; at < template.length; at++) {
    const next = template.charAt(at + 1);
    if (template[at] !== '\\' || next === '') {
      text += template.charAt(at);
      continue;
    }
    at++;
    const hex = next === 'x' ? /^[\da-f]{2}/i.exec(template.slice(at + 1))?.[0] : undefined;
    if (hex !== undefined) {
      text += String.fromCharCode(Number.parseInt(hex, 16));
      at += 2;
    } else if (next >= '0' && next <= '9') {
      pieces.push(text, Number(next));
      text = '';
    } else text += next;
  }
  pieces.push(text);
  return pieces;
}

/** What to put in the place of a match: section 4.2 `http-request replace-header`. */
export function expand(template: string, match: RegExpExecArray): string {
  if (!template.includes('\\')) return template;
  return piecesOf(template)
    .map((piece) => (typeof piece === 'number' ? (match[piece] ?? '') : piece))
    .join('');
}

/** `regsub`: in the place of the first match, or with `g` of every one. */
export function substitution(source: string, template: string, flags: string): Convert {
  const expression = new RegExp(source, `g${flags.includes('i') ? 'i' : ''}`);
  const everywhere = flags.includes('g');
  return (value) => {
    const text = textOf(value);
    let result = '';
    let done = 0;
    expression.lastIndex = 0;
    for (let match = expression.exec(text); match !== null; match = expression.exec(text)) {
      result += text.slice(done, match.index) + expand(template, match);
      done = match.index + match[0].length;
      if (!everywhere) break;
      // Nothing has matched: the next letter is taken as it is.
      if (match[0] === '') expression.lastIndex++;
    }
    return str(result + text.slice(done));
  };
}
