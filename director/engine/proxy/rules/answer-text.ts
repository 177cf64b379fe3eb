import { fromLatin1 } from '../../http/octets.ts';
import type { ClosingReply } from '../runtime/verdict.ts';

export interface Field {
  readonly name: string;
  readonly value: string;
}

/** A whole answer as octets; statuses that have no body say nothing of its length (RFC 9110 section 8.6). */
export function answerOf(status: number, reason: string, fields: readonly Field[], body: string): ClosingReply {
  const lines = fields.map(({ name, value }) => `${name.toLowerCase()}: ${value}\r\n`).join('');
  return { status, octets: fromLatin1(`HTTP/1.1 ${status} ${reason}\r\n${lines}\r\n${body}`), keeps: true };
}

/** An answer that a file has as a whole. Empty: the connection ends without a word. `status` where its first line has none. */
export function answerOfFile(text: string, status: number): ClosingReply {
  const [head = ''] = text.split(/\r?\n\r?\n/, 1);
  const said = Number(/^HTTP\/\d\.\d (\d{3})/.exec(head)?.[1] ?? status);
  // Without a length its end is the connection's.
  const keeps = /^content-length[ \t]*:/im.test(head) && !/^connection[ \t]*:[^\r\n]*\bclose\b/im.test(head);
  return { status: said, octets: fromLatin1(text), keeps };
}

/** The same answer with another field behind the others. */
export function withField(reply: ClosingReply, { name, value }: Field): ClosingReply {
  const { octets } = reply;
  let at = 0;
  // The empty line begins behind a line's end.
  while (at < octets.length && !(octets[at] === 0x0a && (octets[at + 1] === 0x0d || octets[at + 1] === 0x0a))) at++;
  const field = fromLatin1(`${name.toLowerCase()}: ${value}\r\n`);
  const longer = new Uint8Array(octets.length + field.length);
  longer.set(octets.subarray(0, at + 1));
  longer.set(field, at + 1);
  longer.set(octets.subarray(at + 1), at + 1 + field.length);
  return { ...reply, octets: longer };
}
