import { retryReasons, type RetryReason } from '../../engine/proxy/backend.ts';
import type { Condition } from '../../engine/proxy/expressions.ts';
import { shown } from '../reader.ts';
import type { Word } from '../statements.ts';
import { defined } from '../values.ts';
import { takeCondition } from './acl.ts';
import { sourceAddress } from './addresses.ts';
import { scopeOf, type Context } from './context.ts';
import type { Draft } from './drafts.ts';
import { LineError, notServed, type Line } from './line.ts';
import { readLogTarget } from './log-target.ts';
import { integerArgument, oneOf } from './quantities.ts';

export type LineReader = (line: Line, draft: Draft, context: Context) => void;

export function single(line: Line, what: string): Word {
  const word = line.take(what);
  line.end();
  return word;
}

export const count =
  (set: (draft: Draft, value: number) => void, min = 0): LineReader =>
  (line, draft) => {
    const value = integerArgument(line, min);
    line.end();
    set(draft, value);
  };

const captured =
  (list: 'request' | 'response'): LineReader =>
  (line, draft) => {
    oneOf(line.take('header'), ['header']);
    const header = line.take("a header's name").text;
    oneOf(line.take('len'), ['len']);
    const length = integerArgument(line, 0);
    line.end();
    const { captures } = draft.front;
    captures[list] = [...captures[list], { header, length }];
  };

export function readCapture(line: Line, draft: Draft, context: Context): void {
  const kind = oneOf(line.take('cookie, request or response'), ['cookie', 'request', 'response']);
  if (kind !== 'cookie') {
    captured(kind)(line, draft, context);
    return;
  }
  const cookie = line.take("a cookie's name, perhaps with = behind it").text;
  oneOf(line.take('len'), ['len']);
  const length = integerArgument(line, 0);
  line.end();
  draft.front.captures.cookie = { name: cookie.replace(/=$/, ''), isPrefix: !cookie.endsWith('='), length };
  draft.seen.set('capture', line.keyword);
}

export function readDeclare(line: Line, draft: Draft): void {
  oneOf(line.take('capture'), ['capture']);
  const list = oneOf(line.take('request or response'), ['request', 'response']);
  oneOf(line.take('len'), ['len']);
  const length = integerArgument(line, 1);
  line.end();
  const { captures } = draft.front;
  captures[list] = [...captures[list], { length }];
}

export function readUseBackend(line: Line, draft: Draft, context: Context): void {
  const at = line.take("a backend's name");
  const when = takeCondition(line, scopeOf(context, draft), 'request');
  if (!when && !line.isDone)
    throw new LineError(line.next, `unexpected "${shown(line.peek())}"`, { expected: '"if" or "unless"' });
  draft.front.useBackend.push({ at: line.keyword, name: at, ...defined({ when }) });
}

export function readConditional(line: Line, draft: Draft, context: Context): Condition {
  const when = takeCondition(line, scopeOf(context, draft), 'useServer', true);
  if (!when) throw new LineError(line.next, 'when is missing', { expected: '"if" or "unless", and a condition' });
  return when;
}

export const persist =
  (kind: 'force' | 'ignore'): LineReader =>
  (line, draft, context) => {
    draft.back.persist.push({ kind, when: readConditional(line, draft, context) });
  };

export function readRetryOn(line: Line, draft: Draft): void {
  const words = line.takeRest();
  if (words.length === 0)
    throw new LineError(line.next, 'what to try again is missing', { expected: retryReasons.join(', ') });
  const reasons = words.map((word): RetryReason => oneOf(word, retryReasons));
  const none = words.find(({ text }) => text === 'none');
  if (none && words.length > 1) throw new LineError(none, '"none" stands alone');
  draft.back.retryOn = reasons;
}

export function readLog(line: Line, draft: Draft, context: Context): void {
  if (line.modifier === 'no') {
    line.end();
    draft.logs = [];
  } else if (line.peek() === 'global' && line.peek(1) === '') {
    const { logs } = context.globals;
    draft.logs.push(...logs.filter((target) => !draft.logs.includes(target)));
  } else draft.logs.push(readLogTarget(line));
}

export const formatWord =
  (key: 'errorLogFormat' | 'structuredData' | 'uniqueIdFormat'): LineReader =>
  (line, draft) => {
    draft[key] = oneFormat(line);
  };

export function oneFormat(line: Line): Word {
  const word = line.take('a format');
  if (!line.isDone)
    throw new LineError(line.next, 'a format is one word', { expected: 'quotes, or a backslash before blanks' });
  return word;
}

export function readSource(line: Line, draft: Draft): void {
  const source = sourceAddress(line.take('an address'), false);
  if (line.peek() === 'usesrc') throw notServed(line.next);
  const device = line.takeIf('interface') ? line.take('a network interface').text : undefined;
  line.end();
  draft.back.source = { ...source, ...defined({ interface: device }) };
}
