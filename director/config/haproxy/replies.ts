import type { LogFormat } from '../../engine/proxy/expressions.ts';
import type { HttpReply, Redirect, ReplyBody } from '../../engine/proxy/rules.ts';
import { shown } from '../reader.ts';
import type { Word } from '../statements.ts';
import { defined } from '../values.ts';
import { checkFile, scopeOf, type Context } from './context.ts';
import { hasBack, type Draft } from './drafts.ts';
import { LineError, notServed, type Line } from './line.ts';
import { parseLogFormat } from './log-format.ts';
import { integer, integerArgument } from './quantities.ts';
import type { Moment } from './scope.ts';

/** Where a rule stands. */
export interface RulePlace {
  readonly draft: Draft;
  readonly context: Context;
  readonly moment: Moment;
}

/** The statuses that have an answer of their own, section 1.3.1. */
export const errorStatuses = [
  ...[200, 400, 401, 403, 404, 405, 407, 408, 410, 413, 421, 422, 425, 429, 500, 501, 502, 503, 504],
] as const;

export function format(word: Word, { draft, context, moment }: RulePlace): LogFormat {
  return parseLogFormat(word, scopeOf(context, draft), { moment, hasBackend: hasBack(draft) });
}

interface ReplyDraft {
  status: number;
  contentType?: Word;
  headers: { name: string; value: LogFormat }[];
  body: ReplyBody;
  bodyAt?: Word;
}

/** Headers that every answer gets from its body. */
const ownHeaders = new Set(['content-length', 'transfer-encoding', 'content-type']);

/** `status 404 content-type text/plain string "…" hdr X y`. Throws LineError. */
export function takeReply(line: Line, place: RulePlace, status: number, body: ReplyBody): HttpReply {
  const draft: ReplyDraft = { status, headers: [], body };
  while (takeReplyWord(line, place, draft));
  checkReply(line, place, draft);
  const { headers, contentType, body: said } = draft;
  const plain = said.kind === 'default' || said.kind === 'errorFile';
  const typed = said.kind === 'empty' || plain ? undefined : contentType?.text;
  return { status: draft.status, headers: plain ? [] : headers, body: said, ...defined({ contentType: typed }) };
}

function takeReplyWord(line: Line, place: RulePlace, draft: ReplyDraft): boolean {
  if (line.takeIf('status', 'deny_status')) draft.status = integerArgument(line, 200, 599);
  else if (line.takeIf('content-type')) draft.contentType = line.take('a media type');
  else if (line.peek() === 'hdr') takeHeader(line, place, draft);
  else if (line.peek() === 'errorfiles') throw notServed(line.next);
  else {
    const kind = line.takeIf('default-errorfiles', 'errorfile', 'file', 'string', 'lf-file', 'lf-string');
    if (!kind) return false;
    if (draft.bodyAt) throw new LineError(kind, `"${kind.text}" behind "${draft.bodyAt.text}": an answer has one body`);
    draft.bodyAt = kind;
    draft.body = takeBody(line, kind, place);
  }
  return true;
}

function takeHeader(line: Line, place: RulePlace, draft: ReplyDraft): void {
  line.take('');
  const name = line.take('a name and a value');
  const value = line.take("the header's value");
  if (ownHeaders.has(name.text.toLowerCase())) {
    place.context.reader.warn(name, `the header "${shown(name.text)}" follows from the body, and is ignored here`);
    return;
  }
  draft.headers.push({ name: name.text, value: format(value, place) });
}

function takeBody(line: Line, kind: Word, place: RulePlace): ReplyBody {
  if (kind.text === 'default-errorfiles') return { kind: 'default' };
  const word = line.take(kind.text.endsWith('file') ? 'the name of a file' : 'text');
  switch (kind.text) {
    case 'string':
      return { kind: 'text', text: word.text };
    case 'lf-string':
      return { kind: 'format', format: format(word, place) };
    case 'errorfile':
      return { kind: 'errorFile', path: checkFile(place.context, word, word.text) };
    default:
      checkFile(place.context, word, word.text);
      return { kind: 'file', path: word.text, isFormat: kind.text === 'lf-file' };
  }
}

function checkReply(line: Line, { context }: RulePlace, draft: ReplyDraft): void {
  const { status, body, bodyAt, contentType, headers } = draft;
  const at = bodyAt ?? line.keyword;
  const known: readonly number[] = errorStatuses;
  if (body.kind === 'default' && !known.includes(status))
    throw new LineError(at, `there is no answer for the status ${status}`, { expected: known.join(', ') });
  const hasOwnBody = hasText(body);
  if (hasOwnBody && (status === 204 || status === 304)) throw new LineError(at, `an answer ${status} has no body`);
  if (hasOwnBody && !contentType)
    throw new LineError(at, 'a body without a media type', { expected: '"content-type" and such as text/plain' });
  if (contentType && !hasOwnBody)
    context.reader.warn(contentType, '"content-type" is ignored: there is no body of its own');
  if (headers.length > 0 && bodyAt && (body.kind === 'default' || body.kind === 'errorFile'))
    context.reader.warn(at, 'headers are ignored beside an error file');
}

const hasText = (body: ReplyBody): boolean =>
  body.kind === 'format' || body.kind === 'file' || (body.kind === 'text' && body.text !== '');

const redirectCodes = [301, 302, 303, 307, 308] as const;

interface RedirectDraft {
  kind?: 'location' | 'prefix' | 'scheme';
  to?: Word;
  code: Redirect['code'];
  cookie?: NonNullable<Redirect['cookie']>;
  dropQuery: boolean;
  appendSlash: boolean;
  ignoreEmpty: boolean;
}

/** Section 4.2 `redirect`, up to the condition. Throws LineError. */
export function takeRedirect(line: Line, place: RulePlace): Redirect {
  const draft: RedirectDraft = { code: 302, dropQuery: false, appendSlash: false, ignoreEmpty: false };
  while (!line.isDone && line.peek() !== 'if' && line.peek() !== 'unless') takeRedirectWord(line, draft);
  const { kind, to, code, cookie, dropQuery, appendSlash, ignoreEmpty } = draft;
  if (!kind || !to)
    throw new LineError(line.next, 'a redirect to nowhere', {
      expected: '"location", "prefix" or "scheme", and where to',
    });
  if (place.moment === 'response' && kind !== 'location')
    throw new LineError(to, `a response cannot be redirected by "${kind}"`, { expected: '"location"' });
  const value = format(to, place);
  const target =
    kind === 'location'
      ? { kind, to: value }
      : kind === 'prefix'
        ? { kind, to: value, dropQuery, appendSlash }
        : { kind, to: value, dropQuery };
  return { target, code, ignoreEmpty, ...defined({ cookie }) };
}

function takeRedirectWord(line: Line, draft: RedirectDraft): void {
  const word = line.take('');
  switch (word.text) {
    case 'location':
    case 'prefix':
    case 'scheme':
      draft.kind = word.text;
      draft.to = line.take('where to');
      return;
    case 'code': {
      const code = line.take(redirectCodes.join(', '));
      const found = redirectCodes.find((one) => one === integer(code));
      if (found === undefined)
        throw new LineError(code, `${code.text} redirects nobody`, { expected: redirectCodes.join(', ') });
      draft.code = found;
      return;
    }
    case 'set-cookie':
    case 'clear-cookie': {
      const [, name = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(line.take('NAME or NAME=value').text) ?? [];
      draft.cookie = { name, clear: word.text === 'clear-cookie', ...defined({ value }) };
      return;
    }
    case 'drop-query':
      draft.dropQuery = true;
      return;
    case 'append-slash':
      draft.appendSlash = true;
      return;
    case 'ignore-empty':
      draft.ignoreEmpty = true;
      return;
    default:
      throw new LineError(word, `unexpected "${shown(word.text)}" in a redirect`, {
        expected: 'location, prefix, scheme, code, set-cookie, clear-cookie, drop-query, append-slash or ignore-empty',
      });
  }
}
