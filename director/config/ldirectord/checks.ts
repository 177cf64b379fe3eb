import type { CheckConfiguration, CheckTiming, NegotiateService } from '../../engine/checks/configuration.ts';
import { isRegex } from '../keepalived/http-check.ts';
import { splitCommand } from '../keepalived/scripts.ts';
import type { Reader } from '../reader.ts';
import type { Word } from '../statements.ts';
import { defined } from '../values.ts';
import type { GlobalSettings, VirtualSettings } from './directives.ts';
import { servicePorts, type ServiceName } from './services.ts';

/** The service that a check is for. */
export interface ServiceIdentity {
  readonly protocol: 'TCP' | 'UDP' | 'FWM';
  /** As ldirectord names it to external programs: address or mark. */
  readonly name: string;
  readonly port: number;
  readonly service: ServiceName;
}

/** Where what is wrong is told. */
export interface CheckContext {
  readonly reader: Reader;
  /** Where a directive of the service has its value. */
  readonly place: (directive: string) => Word;
}

export interface CheckedServer {
  readonly address: string;
  readonly port: number;
  readonly request?: string | undefined;
  readonly receive?: string | undefined;
}

/** libwww-perl's name for itself, which ldirectord does not change. */
export const userAgent = 'libwww-perl';
const defaults = { checkTimeout: 5, negotiateTimeout: 30, checkInterval: 10, failureCount: 1 };

export interface Timings {
  readonly check: CheckTiming;
  readonly negotiate: CheckTiming;
}

/** checktimeout and negotiatetimeout stand in for each other, the service's own before the file's. */
export function timingsOf(virtual: VirtualSettings, globals: GlobalSettings): Timings {
  const { checkTimeout, negotiateTimeout } = virtual;
  const check = checkTimeout ?? negotiateTimeout ?? globals.checkTimeout ?? globals.negotiateTimeout;
  const negotiate = negotiateTimeout ?? checkTimeout ?? globals.negotiateTimeout ?? globals.checkTimeout;
  const own = globals.fork === true ? virtual.checkInterval : undefined;
  const intervalMs = (own ?? globals.checkInterval ?? defaults.checkInterval) * 1000;
  const retries = (virtual.failureCount ?? globals.failureCount ?? defaults.failureCount) - 1;
  const common = { intervalMs, retries, delayBeforeRetryMs: intervalMs, warmupMs: 0 };
  return {
    check: { ...common, timeoutMs: (check ?? defaults.checkTimeout) * 1000 },
    negotiate: { ...common, timeoutMs: (negotiate ?? defaults.negotiateTimeout) * 1000 },
  };
}

export function checksOf(
  context: CheckContext,
  identity: ServiceIdentity,
  virtual: VirtualSettings,
  server: CheckedServer,
  timings: Timings,
): CheckConfiguration[] {
  const { checkType } = virtual;
  const port = virtual.checkPort ?? (server.port > 0 ? server.port : servicePorts[identity.service]);
  const target = { address: server.address, port };
  const text = { request: server.request ?? virtual.request, receive: server.receive ?? virtual.receive };
  const where = { ...target, ...timings.negotiate };
  const negotiate = (): CheckConfiguration[] => negotiateCheck(context, identity, virtual, where, text);
  if (typeof checkType === 'object') return [connectCheck(identity, timings, target), ...negotiate()];
  switch (checkType) {
    case 'connect':
      return [connectCheck(identity, timings, target)];
    case 'negotiate':
      return negotiate();
    case 'ping':
      return [{ kind: 'PING_CHECK', ...target, ...timings.check }];
    case 'on':
    case 'off':
      return [{ kind: 'FIXED', up: checkType === 'on', ...timings.check }];
    default: {
      const program = splitCommand(virtual.checkCommand);
      const call = [identity.name, String(identity.port), server.address, String(server.port)];
      const command = [...(checkType === 'external-perl' ? ['perl'] : []), ...program, ...call];
      return [{ kind: 'MISC_CHECK', command, dynamicWeight: false, ...timings.check }];
    }
  }
}

interface Target {
  readonly address: string;
  readonly port: number;
}

/** A datagram port cannot be connected to: ldirectord pings the server instead. */
function connectCheck({ protocol }: ServiceIdentity, { check }: Timings, target: Target): CheckConfiguration {
  return { kind: protocol === 'UDP' ? 'PING_CHECK' : 'TCP_CHECK', ...target, ...check };
}

function negotiateCheck(
  { reader, place }: CheckContext,
  { service }: ServiceIdentity,
  virtual: VirtualSettings,
  where: Target & CheckTiming,
  { request, receive }: { readonly request: string; readonly receive: string },
): CheckConfiguration[] {
  if (!isRegex(receive)) {
    reader.error(place('receive'), `"${receive}" is not understood as a regular expression`, {
      expected: "JavaScript's syntax",
    });
    return [];
  }
  const withoutSlash = request.replace(/^\//, '');
  switch (service) {
    case 'http':
    case 'https':
      return [httpCheck(virtual, service, where, request, receive)];
    case 'dns': {
      const type = where.address.includes(':') ? 'AAAA' : 'A';
      const expect = receive === '' ? undefined : receive;
      return [{ kind: 'DNS_CHECK', ...where, type, name: withoutSlash, ...defined({ expect }) }];
    }
    case 'oracle':
    case 'radius':
    case 'sip':
      reader.error(place('service'), `the check of the service ${service} is not built`, {
        expected: 'checktype=connect or external',
      });
      return [];
    default: {
      const text = { request: service === 'http_proxy' ? request : withoutSlash, receive };
      return [{ kind: 'NEGOTIATE', service, ...where, ...text, ...accountOf(virtual, service) }];
    }
  }
}

function httpCheck(
  { virtualHost, httpMethod }: VirtualSettings,
  service: 'http' | 'https',
  where: Target & CheckTiming,
  request: string,
  receive: string,
): CheckConfiguration {
  const path = request.startsWith('/') ? request : `/${request}`;
  return {
    kind: service === 'http' ? 'HTTP_GET' : 'SSL_GET',
    ...where,
    version: '1.1',
    userAgent,
    ...(service === 'https' ? defined({ serverName: virtualHost }) : {}),
    urls: [
      {
        path,
        method: httpMethod,
        ...defined({ virtualHost }),
        statusCodes: [{ from: 200, to: 299 }],
        ...(receive === '' ? {} : { regex: { source: receive, flags: '', negated: false } }),
      },
    ],
  };
}

/** ftp logs in as anonymous unless told otherwise. */
function accountOf({ login, password, database }: VirtualSettings, service: NegotiateService) {
  const ftp = service === 'ftp';
  return {
    login: login ?? (ftp ? 'anonymous' : ''),
    password: password ?? (ftp ? 'ldirectord@localhost' : ''),
    database,
  };
}
