import type { BackSide, Balance } from '../../engine/proxy/backend.ts';
import type { HealthCheck, HttpCheckStep } from '../../engine/proxy/checks.ts';
import type { Server } from '../../engine/proxy/servers.ts';
import { defined } from '../values.ts';
import type { Context } from './context.ts';
import type { BackDraft, Draft, HttpSendDraft, ServerDraft } from './drafts.ts';
import { splitOnce } from './sample.ts';

/** What of a proxy faces servers, but for rules that may need formats. */
export function finishBack(draft: Draft, context: Context): Omit<BackSide, 'useServer'> {
  const { back, timeouts, mode } = draft;
  const on = (option: string): boolean => draft.options.get(option) === 'on';
  const { connectMs, serverMs, serverFinMs, queueMs, tunnelMs, checkMs } = timeouts;
  const { retries, retryOn, redispatch, cookie, fullConnections, source, stickRules, persist, dispatch } = back;
  return {
    servers: back.servers.map((one) => context.reader.placed(serverOf(one, draft), one.at)),
    balance: balanceOf(back),
    timeouts: defined({ connectMs, serverMs, serverFinMs, queueMs: queueMs ?? connectMs, tunnelMs, checkMs }),
    ...{ retries, retryOn, stickRules, persist },
    check: checkOf(back),
    logsChecks: on('log-health-checks'),
    reuse: mode === 'http' ? (back.reuse ?? 'safe') : 'never',
    persistsWhenDown: on('persist'),
    abortOnClose: on('abortonclose'),
    allBackups: on('allbackups'),
    prefersLastServer: on('prefer-last-server'),
    pretendsKeepAlive: on('http-pretend-keepalive'),
    checksCache: on('checkcache'),
    tcpSmartConnect: on('tcp-smart-connect'),
    transparent: on('transparent') && !dispatch,
    maxKeepAliveQueue: back.maxKeepAliveQueue,
    serverState: serverStateOf(back, draft.name),
    ...defined({ redispatch, fullConnections, source, dispatch, serverNameHeader: back.serverNameHeader }),
    ...(mode === 'http' ? defined({ cookie: cookie && withKey(cookie, back) }) : {}),
  };
}

/** The key may stand behind the cookie that uses it. */
function withKey(cookie: NonNullable<BackSide['cookie']>, { dynamicCookieKey }: BackDraft): BackSide['cookie'] {
  return cookie.dynamicKey === undefined ? cookie : { ...cookie, dynamicKey: dynamicCookieKey ?? '' };
}

function serverOf({ server, tracks }: ServerDraft, { name }: Draft): Server {
  if (!tracks) return server;
  const [backend, other] = tracks.text.includes('/') ? splitOnce(tracks.text) : [name, tracks.text];
  return { ...server, tracks: { backend, server: other } };
}

function balanceOf({ balance, hash }: BackDraft): Balance {
  const chosen = balance ?? { method: 'roundrobin' };
  switch (chosen.method) {
    case 'roundrobin':
    case 'static-rr':
    case 'leastconn':
    case 'first':
      return chosen;
    default:
      return { ...chosen, hash };
  }
}

function checkOf({ checkKind, httpCheck, tcpCheck }: BackDraft): HealthCheck {
  switch (checkKind) {
    case 'none':
      return { kind: 'connect' };
    case 'sslHello':
      return { kind: 'sslHello' };
    case 'tcp':
      return { kind: 'tcp', steps: tcpCheck };
    case 'http': {
      const { disableOn404, sendState } = httpCheck;
      return { kind: 'http', steps: httpSteps(httpCheck), disableOn404, sendState };
    }
  }
}

/** The first `send` of the rules completes that of `option httpchk`; with none, the option's own comes first. */
function httpSteps({ steps, fromOption }: BackDraft['httpCheck']): HttpCheckStep[] {
  const first = steps.find(({ action }) => action === 'send');
  const all = first ? steps : [fromOption ?? { action: 'send' as const }, ...steps];
  return all.map((step): HttpCheckStep => {
    if (step.action !== 'send') return step;
    return complete(step === first ? { ...fromOption, ...step } : step);
  });
}

function complete(send: HttpSendDraft): Extract<HttpCheckStep, { readonly action: 'send' }> {
  const { method = 'OPTIONS', uri = [{ kind: 'text', text: '/' }], version = 'HTTP/1.0', headers = [] } = send;
  return { action: 'send', method, uri, version, headers, ...defined({ body: send.body, comment: send.comment }) };
}

function serverStateOf({ serverState, serverStateFile }: BackDraft, name: string): BackSide['serverState'] {
  return serverState === 'local' ? { file: serverStateFile ?? name } : serverState;
}
