import { parseAddress, toBytes } from '../../engine/address.ts';
import type { CheckConfiguration, CheckTiming, NegotiateService } from '../../engine/checks/configuration.ts';
import { isPattern, matches } from '../../engine/checks/dialogues/pattern.ts';
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
/** As far as its user agent follows, which ldirectord leaves as it is (LWP::UserAgent, max_redirect). */
export const redirects = 7;
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
  // check_ldap has the other alarm.
  const isLdap = identity.service === 'ldap' || identity.service === 'ldaps';
  const where = { ...target, ...(isLdap ? timings.check : timings.negotiate) };
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
  context: CheckContext,
  { service, protocol }: ServiceIdentity,
  virtual: VirtualSettings,
  where: Target & CheckTiming,
  { request, receive }: RequestText,
): CheckConfiguration[] {
  const { reader, place } = context;
  if (!isPattern(receive)) {
    reader.error(place('receive'), `"${receive}" is not understood as a regular expression`, {
      expected: "Perl's syntax",
    });
    return [];
  }
  const withoutSlash = request.replace(/^\//, '');
  switch (service) {
    case 'http':
    case 'https':
      return [httpCheck(virtual, service, where, request, receive)];
    case 'dns':
      return [dnsCheck(context, where, { request: withoutSlash, receive }, protocol === 'TCP')];
    case 'oracle':
    case 'radius':
    case 'sip':
      reader.error(place('service'), `the check of the service ${service} is not built`, {
        expected: 'checktype=connect or external',
      });
      return [];
    default: {
      const text = { request: service === 'http_proxy' ? request : withoutSlash, receive };
      const looks = looksAtNothing(context, service, virtual, receive) ? 'none' : service;
      return [{ kind: 'NEGOTIATE', service: looks, ...where, ...text, ...accountOf(virtual, service) }];
    }
  }
}

interface RequestText {
  readonly request: string;
  readonly receive: string;
}

/**
 * Two checks of ldirectord find every server well, a dead one too: check_pop without a login asks nobody whether there was a connection,
 * and check_ftp compares what it could fetch, which is nothing when it failed.
 */
function looksAtNothing(
  { reader, place }: CheckContext,
  service: NegotiateService,
  { login = '' }: VirtualSettings,
  receive: string,
): boolean {
  const pop = (service === 'pop' || service === 'pops') && login === '';
  const ftp = service === 'ftp' && matches('', receive);
  if (pop)
    reader.warn(place('service'), `${service} without a login looks at nothing, as in ldirectord: every server is up`, {
      expected: 'login="NAME" and passwd="PASSWORD", or checktype=connect',
    });
  if (ftp)
    reader.warn(
      place('receive'),
      'ftp without something to receive looks at nothing, as in ldirectord: every server is up',
      {
        expected: 'request="FILE" and receive="TEXT", or checktype=connect',
      },
    );
  return pop || ftp;
}

/** check_dns: the address that a name has, or the name of an address, has to match; nothing matches nothing. */
function dnsCheck(
  { reader, place }: CheckContext,
  where: Target & CheckTiming,
  { request, receive }: RequestText,
  overTcp: boolean,
): CheckConfiguration {
  if (receive === '')
    reader.warn(place('service'), 'dns without something to receive finds every server down, as in ldirectord', {
      expected: 'request="NAME" and receive="ADDRESS"',
    });
  const reverse = reverseName(request);
  return {
    ...{ kind: 'DNS_CHECK', ...where, type: reverse === undefined ? 'A' : 'PTR', name: reverse ?? request },
    ...{ expect: receive === '' ? '(?!)' : receive, ...(overTcp ? { transport: 'tcp' } : {}) },
  };
}

/** Of an address: Net::DNS asks for its name then. */
function reverseName(text: string): string | undefined {
  const address = parseAddress(text);
  if (!address) return undefined;
  const bytes = [...toBytes(address)].reverse();
  if (address.family === 4) return `${bytes.join('.')}.in-addr.arpa`;
  return `${bytes
    .flatMap((byte) => [byte & 15, byte >> 4])
    .map((digit) => digit.toString(16))
    .join('.')}.ip6.arpa`;
}

export const hostLiteral = (address: string): string => (address.includes(':') ? `[${address}]` : address);

function httpCheck(
  { virtualHost, httpMethod }: VirtualSettings,
  service: 'http' | 'https',
  where: Target & CheckTiming,
  request: string,
  receive: string,
): CheckConfiguration {
  const path = request.startsWith('/') ? request : `/${request}`;
  // Its Host has no port, whatever the port is.
  const unusual = where.port !== servicePorts[service];
  const host = virtualHost ?? (unusual ? hostLiteral(where.address) : undefined);
  return {
    kind: service === 'http' ? 'HTTP_GET' : 'SSL_GET',
    ...where,
    version: '1.1',
    userAgent,
    urls: [
      {
        path,
        method: httpMethod,
        ...defined({ virtualHost: host }),
        statusCodes: [{ from: 200, to: 299 }],
        ...(receive === '' ? {} : { regex: { source: receive, flags: '', negated: false } }),
        redirects,
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
