import type { ErrorAnswer } from '../../engine/proxy/configuration.ts';
import type { Word } from '../statements.ts';
import { checkFile, type Context } from './context.ts';
import type { Draft } from './drafts.ts';
import { LineError, type Line } from './line.ts';
import { integer } from './quantities.ts';
import { errorStatuses, takeReply } from './replies.ts';

/** The status of an answer that can be another one. */
function statusOf(word: Word): number {
  const status = integer(word);
  const known: readonly number[] = errorStatuses;
  if (known.includes(status)) return status;
  throw new LineError(word, `no answer of status ${status} is ever given`, { expected: known.join(', ') });
}

function add(draft: Draft, status: number, answer: ErrorAnswer['answer']): void {
  draft.errors = [...draft.errors.filter((one) => one.status !== status), { status, answer }];
}

/** Section 4.2 `errorfile`. Throws LineError. */
export function readErrorFile(line: Line, draft: Draft, context: Context): void {
  const code = line.take('a status and a file');
  const file = line.take('a file');
  checkFile(context, file, file.text);
  add(draft, statusOf(code), { kind: 'file', path: file.text });
}

/** Section 4.2 `errorloc`, `errorloc302`, `errorloc303`. Throws LineError. */
export function readErrorLocation(line: Line, draft: Draft): void {
  const code = line.take('a status and a URL');
  const location = line.take('a URL').text;
  const redirect = line.keyword.text === 'errorloc303' ? 303 : 302;
  add(draft, statusOf(code), { kind: 'redirect', code: redirect, location });
}

/** Section 4.2 `http-error`. Throws LineError. */
export function readHttpError(line: Line, draft: Draft, context: Context): void {
  if (line.peek() !== 'status')
    throw new LineError(line.next, 'a status is missing', { expected: '"status" and a number' });
  const code = { ...line.next, text: line.peek(1) };
  const reply = takeReply(line, { draft, context, moment: 'any' }, 200, { kind: 'empty' });
  line.end();
  const known: readonly number[] = errorStatuses;
  if (!known.includes(reply.status))
    throw new LineError(code, `no answer of status ${reply.status} is ever given`, { expected: known.join(', ') });
  const { body } = reply;
  if (body.kind === 'errorFile') add(draft, reply.status, { kind: 'file', path: body.path });
  else add(draft, reply.status, { kind: 'reply', reply });
}
