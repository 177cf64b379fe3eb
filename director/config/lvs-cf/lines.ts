import { shown, type Reader } from '../reader.ts';
import type { Word } from '../statements.ts';

/** `key = value` */
export interface Assignment {
  readonly key: Word;
  readonly value: Word;
}

/** `virtual NAME {` and what stands in it. */
export interface Block {
  readonly kind: Word;
  readonly name: Word;
  readonly assignments: Assignment[];
  readonly blocks: Block[];
}

/** Blocks within blocks that such a file has: `virtual` and `server`. */
const deepest = 8;

/** The structure of lvs.cf(5): a statement a line, `#` comments, blocks with a name. */
export function readBlocks(reader: Reader, text: string): Block {
  const start = { text: '', line: 1, column: 1 };
  const root: Block = { kind: start, name: start, assignments: [], blocks: [] };
  const open = [root];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = withoutComment(raw);
    const column = line.search(/\S/) + 1;
    if (column > 0) readLine(reader, open, { text: line.trim(), line: index + 1, column });
  }
  for (const block of open.slice(1))
    reader.error(block.kind, `the block "${shown(block.name.text)}" is never closed`, {
      expected: '"}" before the file ends',
    });
  return root;
}

function readLine(reader: Reader, open: Block[], line: Word): void {
  const current = open.at(-1);
  if (!current) return;
  if (line.text === '}') {
    if (open.length > 1) open.pop();
    else reader.error(line, 'a "}" that closes nothing');
    return;
  }
  const head = /^(\w+)(\s+)([^\s{]+)\s*\{$/.exec(line.text);
  if (head) {
    const [, kind = '', gap = '', name = ''] = head;
    const block: Block = {
      kind: { ...line, text: kind },
      name: { ...line, text: name, column: line.column + kind.length + gap.length },
      assignments: [],
      blocks: [],
    };
    if (open.length > deepest) reader.error(line, 'blocks too deep within each other');
    else {
      current.blocks.push(block);
      open.push(block);
    }
    return;
  }
  const equals = line.text.indexOf('=');
  if (equals < 0) {
    reader.error(line, `"${shown(line.text)}" is not understood`, {
      expected: 'KEY = VALUE, or a block: virtual NAME {',
    });
    return;
  }
  const rest = line.text.slice(equals + 1);
  const indent = Math.max(0, rest.search(/\S/));
  const value = { ...line, text: rest.trim(), column: line.column + equals + 1 + indent };
  if (value.text.startsWith('"') && !/^"(?:[^"\\]|\\.)*"/.test(value.text))
    reader.error(value, `the text ${shown(value.text)} is never closed`, { expected: 'a second "' });
  current.assignments.push({ key: { ...line, text: line.text.slice(0, equals).trim() }, value });
}

/** From `#` on, unless it stands in quotes. */
function withoutComment(line: string): string {
  if (!line.includes('#')) return line;
  const match = /^(?:"(?:[^"\\]|\\.)*"|[^#"]|"(?!(?:[^"\\]|\\.)*"))*/s.exec(line);
  return match?.[0] ?? line;
}
