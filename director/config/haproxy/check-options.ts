import type {
  CheckConnect,
  ExpectOutcome,
  HeaderMatch,
  HttpExpectation,
  TcpCheckStep,
  TcpExpectation,
} from '../../engine/proxy/checks.ts';
import type { IntegerRange, LogFormat, RegularExpression } from '../../engine/proxy/expressions.ts';
import { shown } from '../reader.ts';
import type { Word } from '../statements.ts';
import { defined } from '../values.ts';
import { hostAlone } from './addresses.ts';
import { scopeOf, type Context } from './context.ts';
import type { Draft, HttpSendDraft, HttpStepDraft } from './drafts.ts';
import { LineError, notServed, type Line } from './line.ts';
import { octets } from './patterns.ts';
import { integer, oneOf } from './quantities.ts';
import { regularExpression } from './regular-expression.ts';
import { format, type RulePlace } from './replies.ts';
import { parseSample } from './sample.ts';
import { protocols } from './tls-words.ts';

const placeOf = (draft: Draft, context: Context): RulePlace => ({ draft, context, moment: 'check' });

/** `option httpchk [METHOD] [URI] [VERSION]`: with one argument, that is the URI. Throws LineError. */
export function readHttpCheckOption(line: Line, draft: Draft, context: Context): void {
  const words = line.takeRest();
  if (words.length > 3) throw new LineError(words[3] ?? line.keyword, 'more than a method, a URI and a version');
  const [method, uri] = words.length > 1 ? words : [undefined, words[0]];
  const version = words[2];
  const text = (word: Word): LogFormat => [{ kind: 'text', text: word.text }];
  const hidden = version ? hiddenHeaders(version, context) : {};
  draft.back.checkKind = 'http';
  draft.back.httpCheck.fromOption = {
    action: 'send',
    ...defined({ method: method?.text, uri: uri ? text(uri) : undefined }),
    ...hidden,
  };
}

/** `HTTP/1.1\r\nHost:\ www`: how headers were given before there was `http-check send`. */
function hiddenHeaders(word: Word, context: Context): Partial<HttpSendDraft> {
  const [head = '', ...rest] = word.text.split('\r\n\r\n');
  const [version = '', ...lines] = head.split('\r\n');
  if (lines.length > 0 || rest.length > 0)
    context.reader.warn(word, 'headers behind the version are deprecated', { expected: '"http-check send"' });
  const headers = lines.map((text) => {
    const [, name = '', value = ''] = /^([^:]*):?\s*(.*)$/s.exec(text) ?? [];
    return { name, value: [{ kind: 'text' as const, text: value }] };
  });
  const body = rest.length > 0 ? rest.join('\r\n\r\n') : undefined;
  return {
    version,
    ...(headers.length > 0 ? { headers } : {}),
    ...defined({ body: body === undefined ? undefined : [{ kind: 'text' as const, text: body }] }),
  };
}

/** Section 4.2 `http-check`. Throws LineError. */
export function readHttpCheck(line: Line, draft: Draft, context: Context): void {
  const { httpCheck } = draft.back;
  const place = placeOf(draft, context);
  const word = line.take('send, expect, connect, comment, disable-on-404 or send-state');
  switch (word.text) {
    case 'disable-on-404':
      line.end();
      draft.back.httpCheck = { ...httpCheck, disableOn404: true };
      return;
    case 'send-state':
      line.end();
      draft.back.httpCheck = { ...httpCheck, sendState: true };
      return;
    default:
      draft.back.httpCheck = {
        ...httpCheck,
        steps: [...httpCheck.steps, httpStep(line, word, place, httpCheck.steps)],
      };
  }
}

function httpStep(line: Line, word: Word, place: RulePlace, before: readonly HttpStepDraft[]): HttpStepDraft {
  switch (word.text) {
    case 'connect':
      return readConnect(line, word, place, before);
    case 'comment':
      return { action: 'comment', comment: line.take('text').text };
    case 'send':
      return readHttpSend(line, place);
    case 'expect': {
      const { expectation, outcome } = readExpect(line, place, httpExpectations);
      return { action: 'expect', expectation, ...outcome };
    }
    default:
      throw unknownStep(word, 'send, expect, connect, comment, disable-on-404 or send-state');
  }
}

function unknownStep(word: Word, expected: string): LineError {
  if (/^(?:un)?set-var(?:-fmt)?(?:\(|$)/.test(word.text)) return notServed(word, 'a variable in checks');
  return new LineError(word, `unexpected "${shown(word.text)}" in a check`, { expected });
}

function readHttpSend(line: Line, place: RulePlace): HttpSendDraft {
  const send: { -readonly [K in keyof HttpSendDraft]: HttpSendDraft[K] } = { action: 'send' };
  while (!line.isDone) {
    const word = line.take('');
    if (word.text === 'meth') send.method = line.take('a method').text;
    else if (word.text === 'ver') send.version = line.take('a version').text;
    else if (word.text === 'uri') send.uri = [{ kind: 'text', text: line.take('a path').text }];
    else if (word.text === 'uri-lf') send.uri = format(line.take('a path'), place);
    else if (word.text === 'body') send.body = [{ kind: 'text', text: line.take('text').text }];
    else if (word.text === 'body-lf') send.body = format(line.take('text'), place);
    else if (word.text === 'comment') send.comment = line.take('text').text;
    else if (word.text === 'hdr') {
      const name = line.take('a name and a value').text;
      send.headers = [...(send.headers ?? []), { name, value: format(line.take("the header's value"), place) }];
    } else throw unknownStep(word, 'meth, uri, uri-lf, ver, hdr, body, body-lf or comment');
  }
  return send;
}

/** Section 4.2 `tcp-check`. Throws LineError. */
export function readTcpCheck(line: Line, draft: Draft, context: Context): void {
  const place = placeOf(draft, context);
  const word = line.take('connect, send, send-binary, send-lf, expect or comment');
  draft.back.tcpCheck = [...draft.back.tcpCheck, tcpStep(line, word, place)];
}

function tcpStep(line: Line, word: Word, place: RulePlace): TcpCheckStep {
  const comment = (): { comment?: string } => {
    const found = line.takeIf('comment') ? line.take('text').text : undefined;
    line.end();
    return defined({ comment: found });
  };
  switch (word.text) {
    case 'connect':
      return readConnect(line, word, place, place.draft.back.tcpCheck);
    case 'comment':
      return { action: 'comment', comment: line.take('text').text };
    case 'send': {
      const { text } = line.take('text');
      return { action: 'send', text: [{ kind: 'text', text }], ...comment() };
    }
    case 'send-lf': {
      const text = format(line.take('text'), place);
      return { action: 'send', text, ...comment() };
    }
    case 'send-binary': {
      const data = octets(line.take('hexadecimal digits'));
      return { action: 'sendOctets', octets: data, ...comment() };
    }
    case 'send-binary-lf':
      throw notServed(word);
    case 'expect': {
      const { expectation, outcome } = readExpect(line, place, tcpExpectations);
      return { action: 'expect', expectation, ...outcome };
    }
    default:
      throw unknownStep(word, 'connect, send, send-binary, send-lf, expect or comment');
  }
}

function readConnect(
  line: Line,
  at: Word,
  place: RulePlace,
  before: readonly { readonly action: string }[],
): CheckConnect {
  const first = before.find(({ action }) => action !== 'comment');
  if (first && first.action !== 'connect' && !before.some(({ action }) => action === 'connect'))
    throw new LineError(at, 'where there are several connections, a "connect" comes first');
  const connect: { -readonly [K in keyof CheckConnect]: CheckConnect[K] } = {
    ...{ action: 'connect', asServer: false, tls: false, alpn: [], sendProxy: false, linger: false },
  };
  while (!line.isDone) takeConnectWord(line, connect, place);
  return connect;
}

function takeConnectWord(
  line: Line,
  connect: { -readonly [K in keyof CheckConnect]: CheckConnect[K] },
  place: RulePlace,
): void {
  const word = line.take('');
  if (word.text === 'default') connect.asServer = true;
  else if (word.text === 'ssl') connect.tls = true;
  else if (word.text === 'send-proxy') connect.sendProxy = true;
  else if (word.text === 'linger') connect.linger = true;
  else if (word.text === 'addr') connect.host = hostAlone(line.take('an address'));
  else if (word.text === 'port') connect.port = portOrSample(line.take('a port or a sample'), place);
  else if (word.text === 'sni') connect.serverName = line.take('a server name').text;
  else if (word.text === 'alpn') connect.alpn = protocols(line);
  else if (word.text === 'comment') connect.comment = line.take('text').text;
  else if (word.text === 'proto' || word.text === 'via-socks4') throw notServed(word);
  else throw unknownStep(word, 'default, port, addr, send-proxy, ssl, sni, alpn, linger or comment');
}

function portOrSample(word: Word, { draft, context }: RulePlace): NonNullable<CheckConnect['port']> {
  if (/^\d/.test(word.text)) return integer(word, 1, 65_535);
  const { sample, end } = parseSample(word, scopeOf(context, draft));
  if (end < word.text.length) throw new LineError(word, `"${shown(word.text)}" is neither a port nor a sample`);
  return sample;
}

type Expectations<T> = Readonly<Record<string, (line: Line, place: RulePlace) => T>>;

const plain = (word: Word): LogFormat => [{ kind: 'text', text: word.text }];
const expression = (line: Line): RegularExpression => regularExpression(line.take('a regular expression'), false);

const httpExpectations: Expectations<HttpExpectation> = {
  status: (line) => ({ what: 'status', codes: statusRanges(line.take('codes such as 200-299,404')) }),
  rstatus: (line) => ({ what: 'statusPattern', expression: expression(line) }),
  string: (line) => ({ what: 'body', text: plain(line.take('text')) }),
  'string-lf': (line, place) => ({ what: 'body', text: format(line.take('text'), place) }),
  rstring: (line) => ({ what: 'bodyPattern', expression: expression(line) }),
  hdr: (line, place) => header(line, place, false),
  fhdr: (line, place) => header(line, place, true),
};

const tcpExpectations: Expectations<TcpExpectation> = {
  string: (line) => ({ what: 'text', text: plain(line.take('text')) }),
  'string-lf': (line, place) => ({ what: 'text', text: format(line.take('text'), place) }),
  rstring: (line) => ({ what: 'pattern', expression: expression(line) }),
  binary: (line) => ({ what: 'octets', octets: octets(line.take('hexadecimal digits')) }),
  rbinary: (line) => ({ what: 'octetsPattern', expression: expression(line) }),
};

function statusRanges(word: Word): IntegerRange[] {
  return word.text.split(',').map((text) => {
    const [, from = '', to = from] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
    if (from === '' || Number(to) < Number(from))
      throw new LineError(word, `"${shown(text)}" is not a status or a range`, { expected: 'such as 200-299,404' });
    return { from: Number(from), to: Number(to) };
  });
}

function header(line: Line, place: RulePlace, whole: boolean): HttpExpectation {
  const keyword = line.take('name');
  if (keyword.text !== 'name' && keyword.text !== 'name-lf')
    throw new LineError(keyword, 'what the header is called is missing', { expected: '"name"' });
  const name = headerMatch(line, place, keyword.text === 'name-lf');
  const valued = line.takeIf('value', 'value-lf');
  const value = valued ? headerMatch(line, place, valued.text === 'value-lf') : undefined;
  return { what: 'header', whole, name, ...defined({ value }) };
}

function headerMatch(line: Line, place: RulePlace, isFormat: boolean): HeaderMatch {
  const methods = ['str', 'beg', 'end', 'sub', 'reg'] as const;
  const method = line.takeIf('-m') ? oneOf(line.take(methods.join(', ')), methods) : 'str';
  const word = line.take('what to look for');
  if (method !== 'reg') return { method, text: isFormat ? format(word, place) : plain(word) };
  if (isFormat) throw new LineError(word, 'a regular expression cannot be a format');
  return { method, expression: regularExpression(word, false) };
}

const outcomeWords = {
  'ok-status': ['L4OK', 'L6OK', 'L7OK', 'L7OKC'],
  'error-status': ['L4CON', 'L6RSP', 'L7RSP', 'L7STS'],
  'tout-status': ['L4TOUT', 'L6TOUT', 'L7TOUT'],
} as const;

type OutcomeDraft = { -readonly [K in keyof ExpectOutcome]: ExpectOutcome[K] };

/** `expect [min-recv N] [comment …] … [!] WHAT PATTERN`; the pattern ends the line. */
function readExpect<T>(
  line: Line,
  place: RulePlace,
  expectations: Expectations<T>,
): { expectation: T; outcome: ExpectOutcome } {
  const outcome: OutcomeDraft = { negated: false };
  for (;;) {
    const word = line.take(`what to look for: ${Object.keys(expectations).join(', ')}`);
    const marks = /^!*/.exec(word.text)?.[0].length ?? 0;
    if (marks % 2 === 1) outcome.negated = !outcome.negated;
    const name = word.text.slice(marks);
    if (name === '') continue;
    const read = Object.hasOwn(expectations, name) ? expectations[name] : undefined;
    if (read) {
      const expectation = read(line, place);
      while (!line.isDone) takeOutcome(line, line.take(''), outcome, place);
      return { expectation, outcome };
    }
    if (name === 'custom' || name === 'binary-lf') throw notServed(word);
    takeOutcome(line, { ...word, text: name }, outcome, place);
  }
}

function takeOutcome(line: Line, word: Word, outcome: OutcomeDraft, place: RulePlace): void {
  switch (word.text) {
    case 'min-recv':
      outcome.minimumOctets = integer(line.take('octets'), -1);
      return;
    case 'comment':
      outcome.comment = line.take('text').text;
      return;
    case 'on-success':
      outcome.onSuccess = format(line.take('text'), place);
      return;
    case 'on-error':
      outcome.onError = format(line.take('text'), place);
      return;
    case 'ok-status':
      outcome.okStatus = oneOf(line.take(''), outcomeWords['ok-status']);
      return;
    case 'error-status':
      outcome.errorStatus = oneOf(line.take(''), outcomeWords['error-status']);
      return;
    case 'tout-status':
      outcome.timeoutStatus = oneOf(line.take(''), outcomeWords['tout-status']);
      return;
    case 'status-code': {
      const at = line.take('a sample');
      outcome.statusCode = parseSample(at, scopeOf(place.context, place.draft)).sample;
      return;
    }
    default:
      throw unknownStep(word, 'what to look for, and what the outcome means');
  }
}
