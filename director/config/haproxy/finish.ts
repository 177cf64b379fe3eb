import type { BackSide, ServerChoice } from '../../engine/proxy/backend.ts';
import type {
  BackendChoice,
  FrontSide,
  Proxy,
  ProxyCommon,
  ProxyConfiguration,
} from '../../engine/proxy/configuration.ts';
import type { GlobalSettings } from '../../engine/proxy/global.ts';
import type { LogFormat } from '../../engine/proxy/expressions.ts';
import type { Word } from '../statements.ts';
import { defined } from '../values.ts';
import { finishBack } from './finish-back.ts';
import { basedOn, scopeOf, type Context } from './context.ts';
import { checkProxies } from './cross-checks.ts';
import { hasBack, type Draft, type OptionSetting } from './drafts.ts';
import { LineError } from './line.ts';
import { parseLogFormat, type FormatPlace } from './log-format.ts';
import type { Sections } from './sections.ts';
import { finishUserlist } from './userlists.ts';

/** All that has been read as the model has it, and all that can only be known at the end. */
export function finish(sections: Sections, context: Context): ProxyConfiguration {
  const proxies = sections.proxies.map((draft) => {
    const proxy = finishProxy(draft, context);
    return context.reader.placed(proxy, draft.at);
  });
  const userlists = sections.userlists.map((list) => finishUserlist(list, context));
  checkProxies(sections, context);
  return { global: finishGlobal(context), proxies, userlists };
}

function finishGlobal({ globals }: Context): GlobalSettings {
  const { logs, logTag, limits, process, statsSockets, statsTimeoutMs, statsMaxConnections } = globals;
  const { spreadChecks, maxSpreadChecksMs, buffers, serverStateFile, serverStateFolder } = globals;
  const { logHostName, description, node } = globals;
  const stateFile = serverStateFile === undefined ? undefined : basedOn(serverStateFolder, serverStateFile);
  return {
    ...{ logs, logTag, limits, process, statsSockets, statsTimeoutMs, statsMaxConnections },
    ...{ spreadChecks, maxSpreadChecksMs, buffers },
    ...defined({ logHostName, description, node, serverStateFile: stateFile, serverStateFolder }),
  };
}

/** Whether an option is on: none is that nobody mentions. */
export function isOn({ options }: { readonly options: ReadonlyMap<string, OptionSetting> }, name: string): boolean {
  return options.get(name) === 'on';
}

function finishProxy(draft: Draft, context: Context): Proxy {
  const common = finishCommon(draft, context);
  const { kind } = draft;
  if (kind === 'frontend') return { kind, ...common, front: finishFront(draft, context) };
  if (kind === 'backend') return { kind, ...common, back: back(draft, context) };
  return { kind: 'listen', ...common, front: finishFront(draft, context), back: back(draft, context) };
}

function back(draft: Draft, context: Context): BackSide {
  const useServer = draft.back.useServer.map(({ name, when }) => ({
    server: serverChoice(name, draft, context),
    when,
  }));
  return { ...finishBack(draft, context), useServer };
}

function finishCommon(draft: Draft, context: Context): ProxyCommon {
  const { name, description, disabled, mode, logs, logTag, rules, connectionMode, forwardFor, originalTo } = draft;
  const { errors, uniqueIdFormat, uniqueIdHeader, statistics, stickTable, timeouts } = draft;
  const { httpRequestMs, httpKeepAliveMs, tarpitMs, connectMs } = timeouts;
  const isHttp = mode === 'http';
  const uniqueId = uniqueIdFormat && formatLater(uniqueIdFormat, draft, context, { moment: 'request', isLog: true });
  const on = (option: string): boolean => isOn(draft, option);
  return {
    ...{ name, disabled, mode, logs, rules, connectionMode, errors },
    timeouts: defined({ httpRequestMs, httpKeepAliveMs, tarpitMs: tarpitMs ?? connectMs }),
    tcpKeepAlive: { client: on('clitcpka'), server: on('srvtcpka') },
    bufferRequest: on('http-buffer-request'),
    noDelay: on('http-no-delay'),
    noLinger: on('nolinger'),
    splice: { automatic: on('splice-auto'), request: on('splice-request'), response: on('splice-response') },
    acceptInvalid: { request: on('accept-invalid-http-request'), response: on('accept-invalid-http-response') },
    oddHeaderNames: draft.oddHeaderNames ?? 'preserve',
    socketStatistics: on('socket-stats'),
    ...defined({ id: draft.id?.value, description, logTag, uniqueId, uniqueIdHeader, stickTable }),
    ...(isHttp ? defined({ forwardFor, originalTo, statistics }) : {}),
  };
}

function finishFront(draft: Draft, context: Context): FrontSide {
  const { front, timeouts } = draft;
  const { captures, monitorUri, monitorFailures } = front;
  const on = (option: string): boolean => isOn(draft, option);
  const { cookie, request, response } = captures;
  return {
    binds: front.binds,
    maxConnections: front.maxConnections,
    sessionRate: front.sessionRate,
    timeouts: defined({ clientMs: timeouts.clientMs, clientFinMs: timeouts.clientFinMs }),
    useBackend: front.useBackend.map(({ name, when }) => ({
      backend: backendChoice(name, draft, context),
      ...defined({ when }),
    })),
    log: {
      ...logFormats(draft, context),
      skipsEmpty: on('dontlognull'),
      skipsNormal: on('dontlog-normal'),
      asSoonAsPossible: on('logasap'),
      separatesErrors: on('log-separate-errors'),
    },
    capture: { request, response, ...(draft.mode === 'http' ? defined({ cookie }) : {}) },
    ignoreProbes: on('http-ignore-probes'),
    disableH2Upgrade: on('disable-h2-upgrade'),
    maxSessionServerConnections: front.maxSessionServerConnections,
    continuousStatistics: on('contstats'),
    idleCloseOnResponse: on('idle-close-on-response'),
    useProxyHeader: on('http-use-proxy-header'),
    tcpSmartAccept: on('tcp-smart-accept'),
    ...defined({
      backlog: front.backlog,
      defaultBackend: front.defaultBackend?.text,
      monitor: monitorUri === undefined ? undefined : { uri: monitorUri, failWhen: monitorFailures },
    }),
  };
}

/** Section 8.2: what the options stand for. */
const standardFormats = {
  tcplog: '%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %ac/%fc/%bc/%sc/%rc %sq/%bq',
  httplog: '%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r',
  clf: '%{+Q}o %{-Q}ci - - [%trg] %r %ST %B "" "" %cp %ms %ft %b %s %TR %Tw %Tc %Tr %Ta %tsc %ac %fc %bc %sc %rc %sq %bq %CC %CS %hrl %hsl',
} as const;

function logFormats(
  draft: Draft,
  context: Context,
): Pick<FrontSide['log'], 'format' | 'errorFormat' | 'structuredData'> {
  const { logFormat, errorLogFormat, structuredData, mode } = draft;
  const place: FormatPlace = { moment: 'log', isLog: true, hasBackend: true };
  const parse = (word: Word | undefined): LogFormat | undefined => word && formatLater(word, draft, context, place);
  let format: LogFormat | undefined;
  if (logFormat?.kind === 'own') format = parse(logFormat.word);
  else if (logFormat) {
    // HAProxy's way out as well; cross-checks.ts has the warning.
    const kind = mode === 'http' || logFormat.kind === 'tcplog' ? logFormat.kind : 'tcplog';
    format = parse({ ...draft.at, text: standardText(kind) });
  }
  return defined({ format, errorFormat: parse(errorLogFormat), structuredData: parse(structuredData) });
}

const tlsFormat =
  '%[fc_err]/%[ssl_fc_err,hex]/%[ssl_c_err]/%[ssl_c_ca_err]/%[ssl_fc_is_resumed] %[ssl_fc_sni]/%sslv/%sslc';

function standardText(kind: 'httplog' | 'tcplog' | 'httpslog' | 'clf'): string {
  if (kind !== 'httpslog') return standardFormats[kind];
  return `${standardFormats.httplog} ${tlsFormat}`;
}

/** A format that can only be read when the proxy's mode is known; undefined, and an error, when it is wrong. */
function formatLater(word: Word, draft: Draft, context: Context, place: FormatPlace): LogFormat | undefined {
  try {
    return parseLogFormat(word, scopeOf(context, draft), { hasBackend: hasBack(draft), ...place });
  } catch (error) {
    if (!(error instanceof LineError)) throw error;
    context.reader.error(error.at, error.message, error.details);
    return undefined;
  }
}

function backendChoice(word: Word, draft: Draft, context: Context): BackendChoice {
  const format = word.text.includes('%') ? formatLater(word, draft, context, { moment: 'request' }) : undefined;
  return isPlain(format) ? { kind: 'named', name: textOf(format, word) } : { kind: 'computed', name: format ?? [] };
}

function serverChoice(word: Word, draft: Draft, context: Context): ServerChoice {
  const format = word.text.includes('%') ? formatLater(word, draft, context, { moment: 'request' }) : undefined;
  return isPlain(format) ? { kind: 'named', name: textOf(format, word) } : { kind: 'computed', name: format ?? [] };
}

/** Only text, or no format at all. */
export function isPlain(format: LogFormat | undefined): boolean {
  return format === undefined || format.every(({ kind }) => kind === 'text');
}

const textOf = (format: LogFormat | undefined, word: Word): string =>
  format === undefined ? word.text : format.map((part) => (part.kind === 'text' ? part.text : '')).join('');
