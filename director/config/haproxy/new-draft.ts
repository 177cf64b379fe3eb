import type { Word } from '../statements.ts';
import type { BackDraft, Draft, FrontDraft, Kind } from './drafts.ts';

/** A proxy that begins as its defaults say, or as HAProxy does. */
export function newDraft(kind: Kind, name: string, at: Word, parent: Draft | undefined): Draft {
  const fresh = { kind, name, at, parent, acls: new Map(), seen: new Map<string, Word>() };
  if (!parent) return { ...fresh, ...bare() };
  const { id, description, stickTable, stickTableAt, ...inherited } = parent;
  return {
    ...inherited,
    ...fresh,
    options: new Map(parent.options),
    seen: new Map(parent.seen),
    logs: [...parent.logs],
    rules: {
      ...parent.rules,
      tcpConnection: [...parent.rules.tcpConnection],
      tcpSession: [...parent.rules.tcpSession],
      tcpContent: [...parent.rules.tcpContent],
      tcpResponse: [...parent.rules.tcpResponse],
      httpRequest: [...parent.rules.httpRequest],
      httpResponse: [...parent.rules.httpResponse],
      httpAfterResponse: [...parent.rules.httpAfterResponse],
      redirects: [],
    },
    front: inheritFront(parent.front),
    back: inheritBack(parent.back),
  };
}

function inheritFront(front: FrontDraft): FrontDraft {
  return { ...front, binds: [], useBackend: [], captures: { ...front.captures }, monitorFailures: [] };
}

function inheritBack(back: BackDraft): BackDraft {
  const { serverDefaults } = back;
  return {
    ...back,
    servers: [],
    stickRules: [],
    useServer: [],
    persist: [],
    serverDefaults: { ...serverDefaults, tlsWords: { ...serverDefaults.tlsWords } },
  };
}

function bare(): Omit<Draft, 'kind' | 'name' | 'at' | 'parent' | 'acls' | 'seen'> {
  return {
    options: new Map(),
    disabled: false,
    mode: 'tcp',
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
    timeouts: {},
    connectionMode: 'keepAlive',
    errors: [],
    front: {
      binds: [],
      maxConnections: 0,
      sessionRate: 0,
      useBackend: [],
      captures: { request: [], response: [] },
      monitorFailures: [],
      maxSessionServerConnections: 5,
    },
    back: {
      servers: [],
      serverDefaults: { tlsWords: {} },
      hash: { type: 'map-based', function: 'sdbm', avalanche: false, balanceFactor: 0 },
      retries: 3,
      retryOn: ['conn-failure'],
      checkKind: 'none',
      httpCheck: { steps: [], disableOn404: false, sendState: false },
      tcpCheck: [],
      stickRules: [],
      useServer: [],
      persist: [],
      maxKeepAliveQueue: -1,
      serverState: 'none',
    },
  };
}
