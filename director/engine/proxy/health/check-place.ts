import type { ServerTls } from '../servers.ts';
import type { SourceAddress } from '../endpoints.ts';
import type { ServerRuntime } from '../runtime/server-runtime.ts';
import type { ConnectStep } from './check-steps.ts';

/** Where one connection of a check goes, and how it begins. */
export interface CheckPlace {
  readonly to: { readonly host: string; readonly port: number } | { readonly path: string; readonly abstract: boolean };
  readonly source?: SourceAddress;
  readonly tls?: CheckTls;
  /** `own`: with this connection's ends; `local`: as one that nobody has asked for. */
  readonly proxyHeader?: 'v1 own' | 'v2 local';
  /** Ends by FIN rather than by a reset. */
  readonly lingers: boolean;
}

export interface CheckTls {
  readonly settings: ServerTls;
  readonly serverName?: string;
  readonly alpn: readonly string[];
}

/** Of a server with `check`; `computed`: the port, where a rule has it of a sample. */
export function placeOfCheck(server: ServerRuntime, { rule }: ConnectStep, computed: number | undefined): CheckPlace {
  const { settings, backend } = server;
  const { source = backend.back.source } = settings;
  const asServer = rule === undefined || rule.asServer;
  return {
    to: targetOfCheck(server, rule, computed),
    ...(source === undefined ? {} : { source }),
    ...(isSecure(server, rule) ? { tls: tlsOf(server, rule) } : {}),
    ...headerOf(server, rule?.sendProxy === true, asServer),
    lingers: rule?.linger === true,
  };
}

/** The rule's place; then what somebody has set since, and then what the server's line says. */
function targetOfCheck(
  server: ServerRuntime,
  rule: ConnectStep['rule'],
  computed: number | undefined,
): CheckPlace['to'] {
  const { checkTarget, settings } = server;
  const { check } = settings;
  const ruled = typeof rule?.port === 'number' ? rule.port : computed;
  const host = rule?.host ?? checkTarget.address ?? check?.host;
  return target(server, host, ruled ?? checkTarget.port ?? check?.port ?? server.port);
}

export function placeOfAgent(server: ServerRuntime): CheckPlace {
  const { settings, agentTarget, backend } = server;
  const { agent, source = backend.back.source } = settings;
  const port = agentTarget.port ?? agent?.port ?? server.port;
  return {
    to: target(server, agentTarget.address ?? agent?.host, port),
    ...(source === undefined ? {} : { source }),
    lingers: false,
  };
}

/** Whether a check's connection is in TLS: as traffic is, unless it goes elsewhere. */
export function isSecure({ settings }: ServerRuntime, rule: ConnectStep['rule']): boolean {
  if (rule !== undefined && (rule.tls || !rule.asServer)) return rule.tls;
  const { check, tls } = settings;
  const isElsewhere = check?.host !== undefined || check?.port !== undefined;
  return check?.tls ?? (tls && !isElsewhere);
}

function target(server: ServerRuntime, host: string | undefined, port: number): CheckPlace['to'] {
  const { endpoint } = server.settings;
  if (endpoint.kind === 'unix' && host === undefined) return { path: endpoint.path, abstract: endpoint.abstract };
  return { host: host ?? server.address ?? '0.0.0.0', port };
}

function tlsOf({ settings }: ServerRuntime, rule: ConnectStep['rule']): CheckTls {
  const { handshake, check } = settings;
  const asServer = rule === undefined || rule.asServer;
  const serverName = rule?.serverName ?? (asServer ? check?.serverName : undefined);
  const own = asServer ? (check?.alpn ?? []) : [];
  const alpn = rule !== undefined && rule.alpn.length > 0 ? rule.alpn : own;
  const settled: ServerTls = handshake ?? { verify: 'none', reuse: false, tickets: true, alpn: [] };
  return { settings: settled, alpn, ...(serverName === undefined ? {} : { serverName }) };
}

/** HAProxy's checks speak version 2 only as LOCAL, and version 1 with their own ends. */
function headerOf({ settings }: ServerRuntime, asked: boolean, asServer: boolean): Pick<CheckPlace, 'proxyHeader'> {
  const { check, sendProxy } = settings;
  const isElsewhere = check?.host !== undefined || check?.port !== undefined;
  const wanted = asked || (asServer && (check?.sendProxy === true || (sendProxy !== undefined && !isElsewhere)));
  if (!wanted) return {};
  return { proxyHeader: typeof sendProxy === 'object' ? 'v2 local' : 'v1 own' };
}
