import type {
  CommonAction,
  Rule,
  TcpConnectionAction,
  TcpContentAction,
  TcpResponseAction,
  TcpSessionAction,
} from '../../engine/proxy/rules.ts';
import { shown } from '../reader.ts';
import { defined } from '../values.ts';
import { takeCondition } from './acl.ts';
import { addressActions, sampleHere, takeAction, takeLogLevel, takeSlot, type Actions } from './common-actions.ts';
import { scopeOf, warner, type Context } from './context.ts';
import { hasBack, type Draft } from './drafts.ts';
import { refuseAnonymous } from './http-rules.ts';
import { LineError, type Line } from './line.ts';
import { oneOf, timeArgument } from './quantities.ts';
import type { RulePlace } from './replies.ts';
import type { Moment } from './scope.ts';

interface Verdict {
  readonly action: 'accept' | 'reject';
}

const verdicts: Actions<Verdict> = {
  accept: () => ({ action: 'accept' }),
  reject: () => ({ action: 'reject' }),
};

const connectionActions: Actions<TcpConnectionAction> = {
  ...verdicts,
  ...addressActions,
  'expect-proxy': (line) => {
    oneOf(line.take('layer4'), ['layer4']);
    return { action: 'expect-proxy' };
  },
};

const sessionActions: Actions<TcpSessionAction> = { ...verdicts, ...addressActions };

const contentActions: Actions<TcpContentAction> = {
  ...verdicts,
  ...addressActions,
  capture: (line, _, place) => ({
    action: 'capture',
    sample: sampleHere(line, place),
    slot: takeSlot(line, place, 'request', true),
  }),
  'set-log-level': (line) => ({ action: 'set-log-level', level: takeLogLevel(line) }),
  'switch-mode': (line, word, { draft }) => {
    oneOf(line.take('http'), ['http']);
    if (draft.kind === 'backend') throw new LineError(word, 'a backend cannot switch modes');
    return { action: 'switch-mode-http' };
  },
};

const responseActions: Actions<TcpResponseAction> = {
  ...verdicts,
  close: () => ({ action: 'close' }),
  'set-log-level': (line) => ({ action: 'set-log-level', level: takeLogLevel(line) }),
};

/** Section 4.2 `tcp-request`. Throws LineError. */
export function readTcpRequest(line: Line, draft: Draft, context: Context): void {
  refuseAnonymous(line, draft);
  const word = line.take('connection, session, content or inspect-delay');
  const { rules } = draft;
  const place = (moment: Moment): RulePlace => ({ draft, context, moment });
  const kind = oneOf(word, ['connection', 'session', 'content', 'inspect-delay']);
  if ((kind === 'connection' || kind === 'session') && draft.kind === 'backend')
    throw new LineError(word, `a backend has no ${kind}s of clients`, { expected: 'a frontend or a listen' });
  switch (kind) {
    case 'connection':
      readRule(line, rules.tcpConnection, connectionActions, place('tcpConnection'));
      break;
    case 'session':
      readRule(line, rules.tcpSession, sessionActions, place('tcpSession'));
      break;
    case 'content':
      readRule(line, rules.tcpContent, contentActions, place('request'));
      break;
    case 'inspect-delay':
      rules.inspectRequestMs = timeArgument(line, 'ms', warner(context));
      line.end();
  }
}

/** Section 4.2 `tcp-response`. Throws LineError. */
export function readTcpResponse(line: Line, draft: Draft, context: Context): void {
  refuseAnonymous(line, draft);
  const word = line.take('content or inspect-delay');
  if (draft.kind === 'frontend') throw new LineError(word, 'a frontend has no responses', { expected: 'a backend' });
  const { rules } = draft;
  if (oneOf(word, ['content', 'inspect-delay']) === 'content')
    readRule(line, rules.tcpResponse, responseActions, { draft, context, moment: 'response' });
  else {
    rules.inspectResponseMs = timeArgument(line, 'ms', warner(context));
    line.end();
  }
}

function readRule<Action extends object>(
  line: Line,
  rules: Rule<Action | CommonAction>[],
  actions: Actions<Action>,
  place: RulePlace,
): void {
  const { draft, context, moment } = place;
  const action = takeAction(line, place, actions);
  const when = takeCondition(line, scopeOf(context, draft), moment, hasBack(draft));
  if (!when && !line.isDone)
    throw new LineError(line.next, `unexpected "${shown(line.peek())}"`, { expected: '"if" or "unless"' });
  rules.push({ ...action, ...defined({ when }) });
}
