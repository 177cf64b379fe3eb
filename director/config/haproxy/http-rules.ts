import type {
  CommonAction,
  HttpAfterResponseAction,
  HttpRequestAction,
  HttpResponseAction,
  MessageAction,
  Rule,
} from '../../engine/proxy/rules.ts';
import { stringMethods } from '../../engine/proxy/expressions.ts';
import { shown } from '../reader.ts';
import type { Word } from '../statements.ts';
import { defined } from '../values.ts';
import { takeCondition } from './acl.ts';
import {
  addressActions,
  numberOrSample,
  sampleHere,
  takeAction,
  takeLogLevel,
  takeSlot,
  type ActionReader,
  type Actions,
} from './common-actions.ts';
import { scopeOf, warner, type Context } from './context.ts';
import { hasBack, type Draft } from './drafts.ts';
import { LineError, type Line } from './line.ts';
import { integerArgument, oneOf, size, timeArgument } from './quantities.ts';
import { regularExpression } from './regular-expression.ts';
import { format, takeRedirect, takeReply, type RulePlace } from './replies.ts';

const headerValue =
  (action: 'set-header' | 'add-header'): ActionReader<MessageAction> =>
  (line, _, place) => {
    const name = line.take("a header's name and its value").text;
    return { action, name, value: format(line.take("the header's value"), place) };
  };

const replacement =
  (action: 'replace-header' | 'replace-value'): ActionReader<MessageAction> =>
  (line, _, place) => {
    const name = line.take("a header's name").text;
    const expression = regularExpression(line.take('a regular expression'), false);
    return { action, name, expression, value: format(line.take('what to put in its place'), place) };
  };

const headerMethods = [...stringMethods.filter((one) => one !== 'dir' && one !== 'dom'), 'reg'] as const;

/** No argument: the answer that is the default for a status; any argument: an answer without a body of its own. */
const refusal = (line: Line, place: RulePlace, status: number) => {
  const start = line.place;
  const isStatusAlone = line.takeIf('deny_status') && (line.take('a status'), isAtEnd(line));
  line.backTo(start);
  const body = isAtEnd(line) || isStatusAlone === true ? 'default' : 'empty';
  return takeReply(line, place, status, { kind: body });
};

const isAtEnd = (line: Line): boolean => line.isDone || ['if', 'unless'].includes(line.peek());

const messageActions: Actions<MessageAction> = {
  allow: () => ({ action: 'allow' }),
  deny: (line, _, place) => ({
    action: 'deny',
    reply: refusal(line, place, place.moment === 'response' ? 502 : 403),
  }),
  return: (line, _, place) => ({ action: 'return', reply: takeReply(line, place, 200, { kind: 'empty' }) }),
  redirect: (line, _, place) => ({ action: 'redirect', redirect: takeRedirect(line, place) }),
  'set-header': headerValue('set-header'),
  'add-header': headerValue('add-header'),
  'del-header': (line) => {
    const word = line.take("a header's name");
    const method = line.takeIf('-m') ? oneOf(line.take(headerMethods.join(', ')), headerMethods) : 'str';
    if (method === 'reg') return { action: 'del-header', method, expression: regularExpression(word, true) };
    return { action: 'del-header', name: word.text, method };
  },
  'replace-header': replacement('replace-header'),
  'replace-value': replacement('replace-value'),
  'set-log-level': (line) => ({ action: 'set-log-level', level: takeLogLevel(line) }),
  'strict-mode': (line) => ({ action: 'strict-mode', strict: oneOf(line.take('on or off'), ['on', 'off']) === 'on' }),
};

const requestLine =
  (action: 'set-method' | 'set-path' | 'set-pathq' | 'set-query' | 'set-uri'): ActionReader<HttpRequestAction> =>
  (line, _, place) => ({ action, value: format(line.take('what it becomes'), place) });

const uriReplacement =
  (action: 'replace-path' | 'replace-pathq' | 'replace-uri'): ActionReader<HttpRequestAction> =>
  (line, _, place) => {
    const expression = regularExpression(line.take('a regular expression'), false);
    return { action, expression, value: format(line.take('what to put in its place'), place) };
  };

const waitForBody: ActionReader<Extract<HttpRequestAction, { readonly action: 'wait-for-body' }>> = (
  line,
  _,
  place,
) => {
  let timeMs: number | undefined;
  let atLeast: number | undefined;
  while (!isAtEnd(line)) {
    const word = line.take('');
    if (oneOf(word, ['time', 'at-least']) === 'time') timeMs = timeArgument(line, 'ms', warner(place.context));
    else atLeast = size(line.take('octets'));
  }
  if (timeMs === undefined)
    throw new LineError(line.next, 'how long to wait is missing', { expected: '"time" and a time' });
  return { action: 'wait-for-body', timeMs, ...defined({ atLeast }) };
};

const requestActions: Actions<HttpRequestAction> = {
  ...messageActions,
  ...addressActions,
  tarpit: (line, _, place) => ({ action: 'tarpit', reply: refusal(line, place, 500) }),
  reject: () => ({ action: 'reject' }),
  auth: (line) => ({
    action: 'auth',
    ...defined({ realm: line.takeIf('realm') ? line.take('a realm').text : undefined }),
  }),
  'set-method': requestLine('set-method'),
  'set-path': requestLine('set-path'),
  'set-pathq': requestLine('set-pathq'),
  'set-query': requestLine('set-query'),
  'set-uri': requestLine('set-uri'),
  'replace-path': uriReplacement('replace-path'),
  'replace-pathq': uriReplacement('replace-pathq'),
  'replace-uri': uriReplacement('replace-uri'),
  capture: (line, _, place) => ({
    action: 'capture',
    sample: sampleHere(line, place),
    slot: takeSlot(line, place, 'request', true),
  }),
  'disable-l7-retry': () => ({ action: 'disable-l7-retry' }),
  'early-hint': (line, _, place) => ({
    action: 'early-hint',
    name: line.take("a header's name").text,
    value: format(line.take("the header's value"), place),
  }),
  'set-timeout': (line, word, place) => {
    const timeout = oneOf(line.take('server or tunnel'), ['server', 'tunnel']);
    if (!hasBack(place.draft)) throw new LineError(word, 'a frontend has no timeouts of servers');
    const isTime = /^\d/.test(line.peek());
    const value = isTime ? timeArgument(line, 'ms', warner(place.context)) : numberOrSample(line, place);
    return { action: 'set-timeout', timeout, value };
  },
  'wait-for-body': waitForBody,
};

const statusAction: Actions<Extract<HttpResponseAction, { readonly action: 'set-status' | 'capture' }>> = {
  'set-status': (line) => {
    const status = integerArgument(line, 100, 999);
    const reason = line.takeIf('reason') ? line.take('a reason').text : undefined;
    return { action: 'set-status', status, ...defined({ reason }) };
  },
  capture: (line, _, place) => ({
    action: 'capture',
    sample: sampleHere(line, place),
    slot: takeSlot(line, place, 'response', false),
  }),
};

const responseActions: Actions<HttpResponseAction> = {
  ...messageActions,
  ...statusAction,
  'wait-for-body': waitForBody,
};

const afterwards = [
  'allow',
  'set-header',
  'add-header',
  'del-header',
  'replace-header',
  'replace-value',
  'strict-mode',
];
const afterActions = {
  ...Object.fromEntries(Object.entries(messageActions).filter(([name]) => afterwards.includes(name))),
  ...statusAction,
} as Actions<HttpAfterResponseAction>;

interface List<Action> {
  readonly rules: Rule<Action | CommonAction>[];
  readonly actions: Actions<Action>;
  readonly place: RulePlace;
}

function readRule<Action extends object>(line: Line, { rules, actions, place }: List<Action>): void {
  const { draft, context, moment } = place;
  refuseAnonymous(line, draft);
  warnOfFinal(context, line.keyword, rules.at(-1));
  const action = takeAction(line, place, actions);
  const when = takeCondition(line, scopeOf(context, draft), moment, hasBack(draft));
  if (!when && !line.isDone)
    throw new LineError(line.next, `unexpected "${shown(line.peek())}"`, { expected: '"if" or "unless"' });
  rules.push({ ...action, ...defined({ when }) });
}

export function refuseAnonymous({ keyword }: Line, { kind, name }: Draft): void {
  if (kind === 'defaults' && name === '')
    throw new LineError(keyword, `"${keyword.text}" needs defaults with a name`, { expected: '"defaults" and a name' });
}

const finalActions = new Set(['allow', 'deny', 'tarpit', 'return', 'redirect', 'auth', 'reject', 'silent-drop']);

function warnOfFinal(context: Context, at: Word, last: Rule<object> | undefined): void {
  if (last && !last.when && 'action' in last && finalActions.has(String(last.action)))
    context.reader.warn(at, 'the rule before this one always ends them: this one is never looked at');
}

/** Sections 4.2 `http-request`, `http-response`, `http-after-response`. Throws LineError. */
export function readHttpRule(line: Line, draft: Draft, context: Context): void {
  const { rules } = draft;
  switch (line.keyword.text) {
    case 'http-request':
      readRule(line, {
        rules: rules.httpRequest,
        actions: requestActions,
        place: { draft, context, moment: 'request' },
      });
      break;
    case 'http-response':
      readRule(line, {
        rules: rules.httpResponse,
        actions: responseActions,
        place: { draft, context, moment: 'response' },
      });
      break;
    default:
      readRule(line, {
        rules: rules.httpAfterResponse,
        actions: afterActions,
        place: { draft, context, moment: 'response' },
      });
  }
}

/** `redirect …` on a line of its own. Throws LineError. */
export function readRedirect(line: Line, draft: Draft, context: Context): void {
  if (draft.kind === 'defaults') throw new LineError(line.keyword, '"redirect" cannot stand in defaults');
  const redirect = takeRedirect(line, { draft, context, moment: 'request' });
  const when = takeCondition(line, scopeOf(context, draft), 'request', hasBack(draft));
  draft.rules.redirects.push({ redirect, ...defined({ when }) });
}
