import type { Server, ServerCheck, ServerTls } from '../../engine/proxy/servers.ts';
import { defined } from '../values.ts';
import { serverEndpoint } from './addresses.ts';
import { scopeOf, type Context } from './context.ts';
import type { Draft, ServerDraft } from './drafts.ts';
import { LineError, type Line } from './line.ts';
import { checkName } from './quantities.ts';
import { readServerWords, type ServerSettings } from './server-settings.ts';
import { tlsSettings } from './tls-words.ts';

/** Sections 4.2 `server`, 5.2. Throws LineError. */
export function readServer(line: Line, draft: Draft, context: Context): ServerDraft {
  const name = line.take('a name and an address');
  checkName(name, 'the name of a server');
  const address = line.take('an address such as 192.168.1.10:80');
  const endpoint = serverEndpoint(address);
  const { serverDefaults } = draft.back;
  const settings: ServerSettings = {
    ...serverDefaults,
    tlsWords: { ...context.globals.serverTls, ...serverDefaults.tlsWords },
  };
  readServerWords(line, settings, { context, scope: scopeOf(context, draft), isDefault: false });
  const { track } = settings;
  const handshake = readHandshake(line, settings, context);
  const check = settings.check === true ? readCheck(settings) : undefined;
  if (track && (check || settings.agent === true))
    throw new LineError(track, 'a server that tracks another one has no checks of its own');
  const server: Server = {
    ...plainSettings(settings),
    name: name.text,
    endpoint,
    tls: settings.tls ?? false,
    ...defined({
      id: settings.id,
      cookie: settings.cookie,
      check,
      agent: settings.agent === true ? readAgent(line, settings) : undefined,
      onMarkedDown: settings.onMarkedDown,
      onMarkedUp: settings.onMarkedUp,
      handshake,
      sendProxy: proxyHeader(settings),
      redirectPrefix: settings.redirectPrefix,
      source: settings.source,
      protocol: settings.protocol,
      tcpUserTimeoutMs: settings.tcpUserTimeoutMs,
    }),
  };
  return { at: name, server, ...(track ? { tracks: track } : {}) };
}

type PlainSettings = Pick<
  Server,
  | ('weight' | 'backup' | 'disabled' | 'maxConnections' | 'minConnections' | 'maxQueue' | 'observe' | 'errorLimit')
  | ('onError' | 'slowStartMs' | 'sticky' | 'maxReuse' | 'pool' | 'webSocket' | 'initialAddress' | 'preferredFamily')
>;

function plainSettings(settings: ServerSettings): PlainSettings {
  const { maxConnections = 0, minConnections = 0, poolMax = -1, poolLow = 0, poolPurgeMs = 5000 } = settings;
  const { weight = 1, backup = false, disabled = false, maxQueue = 0, observe = 'none', errorLimit = 10 } = settings;
  return {
    ...{ weight, backup, disabled, maxQueue, observe, errorLimit },
    ...usualBehaviour(settings),
    // The lower limit alone, or one above the upper one, is the upper one.
    ...{ maxConnections: Math.max(maxConnections, minConnections), minConnections },
    pool: { maxConnections: poolMax, lowConnections: poolLow, purgeDelayMs: poolPurgeMs },
  };
}

type Behaviour = Pick<
  Server,
  'onError' | 'slowStartMs' | 'sticky' | 'maxReuse' | 'webSocket' | 'preferredFamily' | 'initialAddress'
>;

function usualBehaviour(settings: ServerSettings): Behaviour {
  const { onError = 'fail-check', slowStartMs = 0, sticky = true, maxReuse = -1, webSocket = 'auto' } = settings;
  const { preferredFamily = 6, initialAddress = [{ from: 'last' }, { from: 'libc' }] } = settings;
  return { onError, slowStartMs, sticky, maxReuse, webSocket, preferredFamily, initialAddress };
}

function proxyHeader({ sendProxy, proxyV2 = [] }: ServerSettings): Server['sendProxy'] {
  return sendProxy === 'v2' ? { version: 'v2', options: proxyV2 } : sendProxy;
}

function readCheck(settings: ServerSettings): ServerCheck {
  const { interval = 2000, rise = 2, fall = 3, fastInterval, downInterval, checkHost, checkPort, checkTls } = settings;
  return {
    ...{ intervalMs: interval, rise, fall },
    ...defined({ fastIntervalMs: fastInterval, downIntervalMs: downInterval, host: checkHost, port: checkPort }),
    ...defined({ tls: checkTls, serverName: settings.checkServerName }),
    alpn: settings.checkAlpn ?? [],
    sendProxy: settings.checkSendProxy ?? false,
  };
}

function readAgent(line: Line, settings: ServerSettings): NonNullable<Server['agent']> {
  const { agentPort: port, agentInterval: intervalMs = 2000, agentHost: host, agentSend: send } = settings;
  if (port === undefined)
    throw new LineError(line.keyword, '"agent-check" without a port', { expected: '"agent-port"' });
  return { port, intervalMs, ...defined({ host, send }) };
}

/** undefined where authorities are missing and no TLS has been asked for so far; a check's rule may still do so. */
function readHandshake(line: Line, settings: ServerSettings, context: Context): ServerTls | undefined {
  const { authorityFile, revocationFile, certificate, serverName, verifyHost, sessionReuse = true } = settings;
  const verify = settings.verify ?? context.globals.serverVerify;
  if (verify === 'required' && authorityFile === undefined) {
    if (settings.tls !== true && settings.checkTls !== true) return undefined;
    throw new LineError(line.keyword, "the server's certificate is to be verified, and no authority is given", {
      expected: '"ca-file" and a file, or "verify none"',
    });
  }
  return {
    ...tlsSettings(line, settings.tlsWords),
    verify,
    reuse: sessionReuse,
    ...defined({ authorityFile, revocationFile, certificate, serverName, verifyHost }),
  };
}
