import type { BackSide } from '../backend.ts';
import type { FrontSide, Listen, ProxyConfiguration } from '../configuration.ts';
import type { GlobalSettings } from '../global.ts';
import type { Server } from '../servers.ts';

/** HAProxy's defaults, with what a test wants otherwise. */
export function serverSettings(name: string, differing: Partial<Server> = {}): Server {
  return {
    name,
    endpoint: { kind: 'inet', host: '10.0.0.1', family: 4, port: { number: 80, relative: false } },
    weight: 1,
    backup: false,
    disabled: false,
    maxConnections: 0,
    minConnections: 0,
    maxQueue: 0,
    observe: 'none',
    errorLimit: 10,
    onError: 'fail-check',
    slowStartMs: 0,
    tls: false,
    sticky: true,
    maxReuse: -1,
    pool: { maxConnections: -1, lowConnections: 0, purgeDelayMs: 5000 },
    webSocket: 'auto',
    initialAddress: [{ from: 'libc' }],
    preferredFamily: 6,
    ...differing,
  };
}

export function backSide(differing: Partial<BackSide> = {}): BackSide {
  return {
    servers: [serverSettings('s1'), serverSettings('s2')],
    balance: { method: 'roundrobin' },
    timeouts: { connectMs: 5000, serverMs: 50_000 },
    retries: 3,
    retryOn: ['conn-failure'],
    check: { kind: 'connect' },
    logsChecks: false,
    reuse: 'safe',
    stickRules: [],
    useServer: [],
    persist: [],
    persistsWhenDown: false,
    abortOnClose: false,
    allBackups: false,
    prefersLastServer: false,
    pretendsKeepAlive: false,
    checksCache: false,
    tcpSmartConnect: false,
    transparent: false,
    maxKeepAliveQueue: -1,
    serverState: 'none',
    ...differing,
  };
}

export function frontSide(differing: Partial<FrontSide> = {}): FrontSide {
  return {
    binds: [],
    maxConnections: 0,
    sessionRate: 0,
    timeouts: { clientMs: 50_000 },
    useBackend: [],
    log: {
      skipsEmpty: false,
      skipsNormal: false,
      asSoonAsPossible: false,
      separatesErrors: false,
    },
    capture: { request: [], response: [] },
    ignoreProbes: false,
    disableH2Upgrade: false,
    maxSessionServerConnections: -1,
    continuousStatistics: false,
    idleCloseOnResponse: false,
    useProxyHeader: false,
    tcpSmartAccept: false,
    ...differing,
  };
}

export function listenSettings(differing: Partial<Listen> = {}): Listen {
  return {
    kind: 'listen',
    name: 'web',
    disabled: false,
    mode: 'http',
    logs: [],
    rules: {
      tcpConnection: [],
      tcpSession: [],
      tcpContent: [],
      tcpResponse: [],
      httpRequest: [],
      httpResponse: [],
      httpAfterResponse: [],
      redirects: [],
    },
    timeouts: { httpRequestMs: 10_000 },
    connectionMode: 'keepAlive',
    tcpKeepAlive: { client: false, server: false },
    bufferRequest: false,
    noDelay: false,
    noLinger: false,
    splice: { automatic: false, request: false, response: false },
    acceptInvalid: { request: false, response: false },
    oddHeaderNames: 'preserve',
    errors: [],
    socketStatistics: false,
    front: frontSide(),
    back: backSide(),
    ...differing,
  };
}

const globalSettings: GlobalSettings = {
  logs: [],
  logTag: 'haproxy',
  limits: {},
  process: { daemon: false },
  statsSockets: [],
  statsTimeoutMs: 10_000,
  statsMaxConnections: 10,
  spreadChecks: 0,
  maxSpreadChecksMs: 0,
  buffers: { size: 16384, reservedForRewriting: 1024, headers: 101, capturedCookie: 63, loggedUri: 1024 },
};

export function proxySettings(...proxies: ProxyConfiguration['proxies']): ProxyConfiguration {
  return { global: globalSettings, proxies, userlists: [] };
}
