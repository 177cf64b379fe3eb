import { concat, type Bytes } from './bytes.ts';
import { DialogueFailure, type Input, type Steps } from './conversation.ts';

/** As much of BER (X.690) as LDAP needs: one-byte tags, definite lengths. */
export interface Element {
  readonly tag: number;
  readonly content: Bytes;
}

export function element(tag: number, ...parts: readonly (Bytes | readonly number[])[]): Bytes {
  const content = concat(...parts);
  const length = content.length;
  if (length < 0x80) return concat([tag, length], content);
  if (length < 0x100) return concat([tag, 0x81, length], content);
  return concat([tag, 0x82, length >>> 8, length & 0xff], content);
}

/** Fails on what goes beyond the bytes there are. */
export function elements(bytes: Bytes): Element[] {
  const found: Element[] = [];
  let at = 0;
  while (at < bytes.length) {
    const { headerLength, length } = headerOf(bytes.subarray(at));
    const end = at + headerLength + length;
    if (end > bytes.length) throw new DialogueFailure('an answer is cut off in the middle of an element');
    found.push({ tag: bytes[at] ?? 0, content: bytes.subarray(at + headerLength, end) });
    at = end;
  }
  return found;
}

export function* readElement(input: Input, what: string): Steps<Element> {
  const start = yield* input.bytes(2, what);
  const extra = (start[1] ?? 0) & 0x80 ? (start[1] ?? 0) & 0x7f : 0;
  const { length } = headerOf(extra > 0 ? concat(start, yield* input.bytes(Math.min(extra, 5), what)) : start);
  return { tag: start[0] ?? 0, content: yield* input.bytes(length, what) };
}

export function integer({ content }: Element): number {
  return content.reduce((value, byte) => value * 256 + byte, 0);
}

function headerOf(bytes: Bytes): { headerLength: number; length: number } {
  const first = bytes[1];
  if (first === undefined) throw new DialogueFailure('an answer is cut off after a tag');
  if (first < 0x80) return { headerLength: 2, length: first };
  const count = first & 0x7f;
  if (count === 0 || count > 4 || bytes.length < 2 + count)
    throw new DialogueFailure('an answer has a length that LDAP does not allow');
  const length = bytes.subarray(2, 2 + count).reduce((value, byte) => value * 256 + byte, 0);
  return { headerLength: 2 + count, length };
}
