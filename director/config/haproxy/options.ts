import type { ForwardFor } from '../../engine/proxy/configuration.ts';
import { nearestWord } from '../nearest-word.ts';
import { shown } from '../reader.ts';
import type { Word } from '../statements.ts';
import { defined } from '../values.ts';
import { readHttpCheckOption } from './check-options.ts';
import type { Context } from './context.ts';
import { hasBack, hasFront, type Draft } from './drafts.ts';
import { LineError, notServed, type Line } from './line.ts';
import { network } from './patterns.ts';
import { integer, oneOf } from './quantities.ts';

/** Which side an option is of, and whether only HTTP has it. */
export interface OptionFacts {
  readonly front?: true;
  readonly back?: true;
  readonly http?: true;
}

const both = { front: true, back: true } as const;

/** Section 4.2: options that are on or off and take nothing. */
export const plainOptions: Readonly<Record<string, OptionFacts>> = {
  abortonclose: { back: true },
  'accept-invalid-http-request': { front: true, http: true },
  'accept-invalid-http-response': { back: true, http: true },
  allbackups: { back: true },
  checkcache: { back: true, http: true },
  clitcpka: { front: true },
  contstats: { front: true },
  'disable-h2-upgrade': { front: true, http: true },
  'dontlog-normal': { front: true },
  dontlognull: { front: true },
  'http-buffer-request': { ...both, http: true },
  'http-ignore-probes': { front: true, http: true },
  'http-no-delay': { ...both, http: true },
  'http-pretend-keepalive': { back: true, http: true },
  'http-use-proxy-header': { front: true, http: true },
  'idle-close-on-response': { front: true, http: true },
  'log-health-checks': { back: true },
  'log-separate-errors': { front: true },
  logasap: { front: true },
  nolinger: both,
  persist: { back: true },
  'prefer-last-server': { back: true, http: true },
  'socket-stats': { front: true },
  'splice-auto': both,
  'splice-request': both,
  'splice-response': both,
  srvtcpka: { back: true },
  'tcp-smart-accept': { front: true },
  'tcp-smart-connect': { back: true },
  transparent: { back: true },
};

const unserved = new Set([
  ...['smtpchk', 'pgsql-check', 'redis-check', 'mysql-check', 'ldap-check', 'spop-check', 'external-check'],
  ...['h1-case-adjust-bogus-client', 'h1-case-adjust-bogus-server', 'independent-streams'],
]);

/** Gone from HAProxy, and what took their place. */
const removed: Readonly<Record<string, string>> = {
  forceclose: 'option httpclose',
  'http-tunnel': 'nothing: it is not needed',
  http_proxy: 'http-request set-dst',
};

type OptionReader = (line: Line, draft: Draft, context: Context) => void;

const connectionModes: Readonly<Record<string, Draft['connectionMode']>> = {
  ...{ httpclose: 'close', 'http-server-close': 'serverClose', 'http-keep-alive': 'keepAlive' },
};

const logFormat =
  (kind: 'httplog' | 'tcplog' | 'httpslog'): OptionReader =>
  (line, draft, context) => {
    const isClf = kind === 'httplog' && line.takeIf('clf') !== undefined;
    line.end();
    if (draft.kind === 'backend') context.reader.warn(line.keyword, `"option ${kind}" is ignored in a backend`);
    draft.logFormat = { kind: isClf ? 'clf' : kind };
  };

const specialOptions: Readonly<Record<string, OptionReader>> = {
  httplog: logFormat('httplog'),
  tcplog: logFormat('tcplog'),
  httpslog: logFormat('httpslog'),
  tcpka: (line, draft) => {
    line.end();
    draft.options.set('clitcpka', 'on').set('srvtcpka', 'on');
  },
  httpchk: readHttpCheckOption,
  'tcp-check': (line, draft) => {
    line.end();
    draft.back.checkKind = 'tcp';
  },
  'ssl-hello-chk': (line, draft) => {
    line.end();
    draft.back.checkKind = 'sslHello';
  },
  forwardfor: (line, draft) => {
    draft.forwardFor = takeForwardFor(line, 'X-Forwarded-For', true);
    draft.seen.set('option forwardfor', line.keyword);
  },
  originalto: (line, draft) => {
    draft.originalTo = takeForwardFor(line, 'X-Original-To', false);
    draft.seen.set('option originalto', line.keyword);
  },
  'http-restrict-req-hdr-names': (line, draft) => {
    draft.oddHeaderNames = oneOf(line.take('preserve, delete or reject'), ['preserve', 'delete', 'reject']);
    line.end();
  },
};

function takeForwardFor(line: Line, usual: string, allowsIfNone: boolean): ForwardFor {
  let header = usual;
  let except: ForwardFor['except'];
  let ifNone = false;
  while (!line.isDone) {
    const word = line.take('');
    if (word.text === 'header') header = line.take("a header's name").text;
    else if (word.text === 'if-none' && allowsIfNone) ifNone = true;
    else if (word.text === 'except') {
      const at = line.take('a network');
      except = network(at);
      if (!except) throw new LineError(at, `"${shown(at.text)}" is not a network`, { expected: 'such as 10.0.0.0/8' });
    } else
      throw new LineError(word, `unexpected "${shown(word.text)}"`, {
        expected: allowsIfNone ? 'except, header or if-none' : 'except or header',
      });
  }
  return { header, ifNone, ...defined({ except }) };
}

/** Section 4.2 `option`. Throws LineError. */
export function readOption(line: Line, draft: Draft, context: Context): void {
  const word = line.take("an option's name");
  const name = word.text;
  const facts = Object.hasOwn(plainOptions, name) ? plainOptions[name] : undefined;
  if (facts) {
    line.end();
    setPlain(line, word, draft, { context, facts });
    return;
  }
  const mode = Object.hasOwn(connectionModes, name) ? connectionModes[name] : undefined;
  if (mode) {
    line.end();
    // `no` takes back only what this very option has set.
    if (line.modifier === undefined) draft.connectionMode = mode;
    else if (draft.connectionMode === mode) draft.connectionMode = 'keepAlive';
    return;
  }
  if (name === 'redispatch') {
    readRedispatch(line, word, draft, context);
    return;
  }
  const read = Object.hasOwn(specialOptions, name) ? specialOptions[name] : undefined;
  if (!read) throw unknownOption(word);
  if (name.endsWith('chk') || name === 'tcp-check')
    if (!hasBack(draft)) context.reader.warn(word, `the option "${name}" is ignored in a ${draft.kind}`);
  if (line.modifier !== undefined)
    throw new LineError(word, `"${line.modifier}" cannot stand before the option "${name}"`);
  read(line, draft, context);
}

function setPlain(line: Line, word: Word, draft: Draft, of: { context: Context; facts: OptionFacts }): void {
  const { context, facts } = of;
  const fits = (facts.front === true && hasFront(draft)) || (facts.back === true && hasBack(draft));
  if (!fits) {
    context.reader.warn(word, `the option "${word.text}" is ignored in a ${draft.kind}`);
    return;
  }
  if (line.modifier === 'default') draft.options.delete(word.text);
  else draft.options.set(word.text, line.modifier === 'no' ? 'off' : 'on');
  draft.seen.set(`option ${word.text}`, word);
}

function readRedispatch(line: Line, word: Word, draft: Draft, context: Context): void {
  if (!hasBack(draft)) {
    context.reader.warn(word, `the option "redispatch" is ignored in a ${draft.kind}`);
    return;
  }
  if (line.modifier === undefined)
    draft.back.redispatch = line.isDone ? -1 : integer(line.take(''), -(2 ** 31), 2 ** 31 - 1);
  else delete draft.back.redispatch;
}

function unknownOption(word: Word): LineError {
  const { text } = word;
  if (unserved.has(text)) return notServed(word, `the option "${text}"`);
  const instead = Object.hasOwn(removed, text) ? removed[text] : undefined;
  if (instead !== undefined)
    return new LineError(word, `HAProxy 2.6 has no option "${text}" any more`, { expected: instead });
  const nearest = nearestWord(text, [
    ...Object.keys(plainOptions),
    ...Object.keys(connectionModes),
    ...Object.keys(specialOptions),
    'redispatch',
  ]);
  return new LineError(word, `unknown option "${shown(text)}"`, nearest === undefined ? {} : { nearest });
}
