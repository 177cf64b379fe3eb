import { DialogueFailure, quote, send, type Input, type Steps } from './conversation.ts';

export interface Reply {
  readonly code: number;
  readonly text: string;
}

/** A reply of SMTP, FTP or NNTP (RFC 5321 section 4.2, RFC 959 section 4.2): lines `250-…` until one with a blank. */
export function* reply(input: Input, what: string): Steps<Reply> {
  const first = yield* input.line(what);
  const [, digits, more] = /^(\d{3})([ -]?)/.exec(first) ?? [];
  if (digits === undefined) throw new DialogueFailure(`${quote(first)} came for ${what}`);
  let line = first;
  while (more === '-' && !(line.startsWith(`${digits} `) || line === digits)) line = yield* input.line(what);
  return { code: Number(digits), text: first };
}

/** Fails unless the code is one of `codes`; of a code below 10 only the first digit counts. */
export function demand(answer: Reply, what: string, ...codes: readonly number[]): Reply {
  const fits = codes.some((code) => answer.code === code || Math.floor(answer.code / 100) === code);
  if (!fits) throw new DialogueFailure(`${quote(answer.text)} came for ${what}`);
  return answer;
}

export function* command(input: Input, line: string, what = line): Steps<Reply> {
  yield* send(`${line}\r\n`);
  return yield* reply(input, `the answer to ${what}`);
}
