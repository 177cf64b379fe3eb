import { shown } from '../reader.ts';
import { readAcl, takeCondition } from './acl.ts';
import { hostWithPort } from './addresses.ts';
import { readBalance, readHashType } from './balance.ts';
import { readBind } from './bind.ts';
import { readHttpCheck, readTcpCheck } from './check-options.ts';
import { scopeOf, type Context } from './context.ts';
import { readCookie } from './cookie.ts';
import type { Draft } from './drafts.ts';
import { readErrorFile, readErrorLocation, readHttpError } from './errors.ts';
import { readHttpRule, readRedirect } from './http-rules.ts';
import { LineError, type Line } from './line.ts';
import { readOption } from './options.ts';
import {
  count,
  formatWord,
  oneFormat,
  persist,
  readCapture,
  readConditional,
  readDeclare,
  readLog,
  readRetryOn,
  readSource,
  readUseBackend,
  single,
  type LineReader,
} from './proxy-line-readers.ts';
import { integer, integerArgument, oneOf } from './quantities.ts';
import { readServer } from './server.ts';
import { readServerWords } from './server-settings.ts';
import { readStatistics } from './statistics.ts';
import { readStickRule, readStickTable } from './sticking.ts';
import { readTcpRequest, readTcpResponse } from './tcp-rules.ts';
import { readTimeout } from './timeouts.ts';

export interface ProxyKeyword {
  /** Without either: of both sides. */
  readonly side?: 'front' | 'back';
  /** On the other side it is a mistake, and not only ignored. */
  readonly strict?: true;
  readonly inDefaults?: false;
  readonly read: LineReader;
}

/** Section 4.2 but for what is not served. */
export const proxyKeywords: Readonly<Record<string, ProxyKeyword>> = {
  acl: { read: (line, draft, context) => readProxyAcl(line, draft, context) },
  backlog: { side: 'front', read: count(({ front }, value) => (front.backlog = value)) },
  balance: {
    side: 'back',
    read: (line, draft, context) => {
      draft.back.balance = readBalance(line, draft, context);
    },
  },
  bind: {
    side: 'front',
    inDefaults: false,
    read: (line, draft, context) => draft.front.binds.push(readBind(line, context)),
  },
  capture: { side: 'front', inDefaults: false, read: readCapture },
  cookie: {
    side: 'back',
    read: (line, draft, context) => {
      draft.back.cookie = readCookie(line, draft, context);
    },
  },
  declare: { side: 'front', inDefaults: false, read: readDeclare },
  default_backend: {
    side: 'front',
    read: (line, draft) => {
      draft.front.defaultBackend = single(line, "a backend's name");
    },
  },
  'default-server': {
    side: 'back',
    strict: true,
    read: (line, draft, context) => {
      const scope = scopeOf(context, draft);
      readServerWords(line, draft.back.serverDefaults, { context, scope, isDefault: true });
    },
  },
  description: {
    inDefaults: false,
    read: (line, draft) => {
      const words = line.takeRest().map(({ text }) => text);
      if (words.length === 0) throw new LineError(line.next, 'a description is missing');
      draft.description = words.join(' ');
    },
  },
  disabled: {
    read: (line, draft) => {
      line.end();
      draft.disabled = true;
    },
  },
  dispatch: {
    side: 'back',
    inDefaults: false,
    read: (line, draft) => {
      const word = single(line, 'an address and a port');
      const place = hostWithPort(word, word.text, 0);
      if (place.port === 0) throw new LineError(word, `"${shown(word.text)}" has no port`);
      draft.back.dispatch = place;
    },
  },
  'dynamic-cookie-key': {
    side: 'back',
    read: (line, draft) => {
      draft.back.dynamicCookieKey = line.take('a secret').text;
    },
  },
  enabled: {
    read: (line, draft) => {
      line.end();
      draft.disabled = false;
    },
  },
  errorfile: { read: readErrorFile },
  errorloc: { read: readErrorLocation },
  errorloc302: { read: readErrorLocation },
  errorloc303: { read: readErrorLocation },
  'error-log-format': { read: formatWord('errorLogFormat') },
  'force-persist': { side: 'back', inDefaults: false, read: persist('force') },
  fullconn: { side: 'back', read: count(({ back }, value) => (back.fullConnections = value)) },
  'hash-balance-factor': {
    side: 'back',
    read: (line, { back }) => {
      const word = line.take('a number');
      const balanceFactor = integer(word);
      if (balanceFactor !== 0 && balanceFactor <= 100)
        throw new LineError(word, `${balanceFactor} percent of the average is not enough for all`, {
          expected: '0, or more than 100',
        });
      back.hash = { ...back.hash, balanceFactor };
    },
  },
  'hash-type': {
    side: 'back',
    read: (line, { back }) => {
      back.hash = readHashType(line, back.hash.balanceFactor);
    },
  },
  'http-after-response': { read: readHttpRule },
  'http-check': { side: 'back', read: readHttpCheck },
  'http-error': { read: readHttpError },
  'http-request': { read: readHttpRule },
  'http-response': { read: readHttpRule },
  'http-reuse': {
    side: 'back',
    read: (line, draft) => {
      draft.back.reuse = oneOf(line.take(''), ['never', 'safe', 'aggressive', 'always']);
      line.end();
    },
  },
  'http-send-name-header': {
    side: 'back',
    read: (line, draft) => {
      draft.back.serverNameHeader = line.take("a header's name").text;
    },
  },
  id: {
    inDefaults: false,
    read: (line, draft) => {
      const at = single(line, 'a number');
      draft.id = { at, value: integer(at, 1) };
    },
  },
  'ignore-persist': { side: 'back', inDefaults: false, read: persist('ignore') },
  'load-server-state-from-file': {
    side: 'back',
    read: (line, draft) => {
      draft.back.serverState = oneOf(line.take('global, local or none'), ['global', 'local', 'none']);
    },
  },
  log: { read: readLog },
  'log-format': {
    read: (line, draft, context) => {
      const word = oneFormat(line);
      if (draft.kind === 'backend') context.reader.warn(line.keyword, '"log-format" is ignored in a backend');
      draft.logFormat = { kind: 'own', word };
    },
  },
  'log-format-sd': { read: formatWord('structuredData') },
  'log-tag': {
    read: (line, draft) => {
      draft.logTag = line.take('a name for log lines').text;
    },
  },
  'max-keep-alive-queue': { side: 'back', read: count(({ back }, value) => (back.maxKeepAliveQueue = value), -1) },
  'max-session-srv-conns': {
    side: 'front',
    read: (line, draft) => {
      draft.front.maxSessionServerConnections = integerArgument(line, -1);
    },
  },
  maxconn: { side: 'front', read: count(({ front }, value) => (front.maxConnections = value)) },
  mode: {
    read: (line, draft) => {
      const word = single(line, 'tcp or http');
      draft.mode = oneOf(word, ['tcp', 'http']);
    },
  },
  monitor: {
    side: 'front',
    inDefaults: false,
    read: (line, draft, context) => {
      oneOf(line.take('fail'), ['fail']);
      const when = takeCondition(line, scopeOf(context, draft), 'request');
      if (!when) throw new LineError(line.next, 'when is missing', { expected: '"if" or "unless"' });
      draft.front.monitorFailures.push(when);
    },
  },
  'monitor-uri': {
    side: 'front',
    read: (line, draft) => {
      draft.front.monitorUri = single(line, 'a path').text;
    },
  },
  option: { read: readOption },
  'rate-limit': {
    read: (line, draft, context) => {
      oneOf(line.take('sessions'), ['sessions']);
      const value = integerArgument(line, 0);
      if (draft.kind === 'backend') context.reader.warn(line.keyword, '"rate-limit sessions" is ignored in a backend');
      draft.front.sessionRate = value;
    },
  },
  redirect: { inDefaults: false, read: readRedirect },
  retries: { side: 'back', read: count(({ back }, value) => (back.retries = value)) },
  'retry-on': { side: 'back', read: readRetryOn },
  server: {
    side: 'back',
    strict: true,
    inDefaults: false,
    read: (line, draft, context) => draft.back.servers.push(readServer(line, draft, context)),
  },
  'server-state-file-name': {
    side: 'back',
    read: (line, draft) => {
      const file = line.isDone ? 'use-backend-name' : single(line, '').text;
      draft.back.serverStateFile = file === 'use-backend-name' ? draft.name : file;
    },
  },
  source: { side: 'back', read: readSource },
  stats: { read: readStatistics },
  stick: {
    side: 'back',
    inDefaults: false,
    read: (line, draft, context) => draft.back.stickRules.push(readStickRule(line, draft, context)),
  },
  'stick-table': {
    inDefaults: false,
    read: (line, draft, context) => {
      draft.stickTable = readStickTable(line, context);
      draft.stickTableAt = line.keyword;
    },
  },
  'tcp-check': { side: 'back', read: readTcpCheck },
  'tcp-request': { read: readTcpRequest },
  'tcp-response': { read: readTcpResponse },
  timeout: { read: readTimeout },
  'unique-id-format': { read: formatWord('uniqueIdFormat') },
  'unique-id-header': {
    read: (line, draft) => {
      draft.uniqueIdHeader = line.take("a header's name").text;
    },
  },
  use_backend: { side: 'front', inDefaults: false, read: readUseBackend },
  'use-server': {
    side: 'back',
    inDefaults: false,
    read: (line, draft, context) => {
      const at = line.take("a server's name");
      draft.back.useServer.push({ at: line.keyword, name: at, when: readConditional(line, draft, context) });
    },
  },
};

function readProxyAcl(line: Line, draft: Draft, context: Context): void {
  if (draft.kind === 'defaults' && draft.name === '')
    throw new LineError(line.keyword, '"acl" needs defaults with a name', { expected: '"defaults" and a name' });
  readAcl(line, scopeOf(context, draft));
}
