import type {
  CheckConfiguration,
  RealServerConfiguration,
  SorryServerConfiguration,
  VirtualServerConfiguration,
} from '../../engine/checks/configuration.ts';
import type { DirectorConfiguration } from '../configuration.ts';
import { endpoint } from '../describe.ts';
import { hostMask } from '../persistence-mask.ts';
import { familyOf } from '../values.ts';
import { hostLiteral } from './checks.ts';
import { fallbackArguments } from './fallback-command.ts';
import { serviceOfPort, type ServiceName } from './services.ts';

/** An ldirectord.cf as near to the model as its words allow; `convert` finds what it leaves out by reading it again. */
export function writeLdirectord({ virtualServers }: DirectorConfiguration): string {
  const intervals = new Set(virtualServers.map(intervalOf).filter((interval) => interval !== undefined));
  const [first] = intervals;
  const own = intervals.size > 1;
  const maintenance = virtualServers.find(({ maintenanceDirectory }) => maintenanceDirectory !== undefined);
  const lines = [
    ...(first === undefined ? [] : [`checkinterval=${first}`]),
    // Only then has each service an interval of its own.
    ...(own ? ['fork=yes'] : []),
    ...(maintenance?.maintenanceDirectory === undefined
      ? []
      : [`maintenancedir=${oneLine(maintenance.maintenanceDirectory)}`]),
    ...virtualServers.flatMap((service) => ['', ...virtualLines(service, own)]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function intervalOf({ realServers }: VirtualServerConfiguration): number | undefined {
  const interval = realServers.flatMap(({ checks }) => checks)[0]?.intervalMs;
  return interval === undefined ? undefined : wholeSeconds(interval);
}

function wholeSeconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1000));
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]/g, ' ');
}

function virtualLines(service: VirtualServerConfiguration, ownInterval: boolean): string[] {
  const { mark, address, port, scheduler, schedulerFlags, persistence, onePacket, protocol, realServers } = service;
  const six = familyOf(address) === 6 ? '6' : '';
  const [first] = realServers;
  const common = first ? requestOf(first) : undefined;
  const interval = ownInterval ? intervalOf(service) : undefined;
  const mask = persistence && persistence.mask !== hostMask(familyOf(address)) ? persistence.mask : undefined;
  const inner = [
    ...realServers.map((server) => `real${six}=${realLine(server, common)}`),
    ...fallbackLines(service, six),
    `scheduler=${scheduler}`,
    ...(schedulerFlags.length === 0 ? [] : [`schedflags=${schedulerFlags.join(',')}`]),
    ...(persistence ? [`persistent=${persistence.timeoutSeconds}`] : []),
    ...(mask === undefined ? [] : [`netmask=${mask}`]),
    `protocol=${protocol.toLowerCase()}`,
    ...(onePacket ? ['ops=yes'] : []),
    `quiescent=${first?.inhibitOnFailure === true ? 'yes' : 'no'}`,
    ...(interval === undefined ? [] : [`checkinterval=${interval}`]),
    ...(first ? checkLines(service, first) : []),
  ];
  return [`virtual${six}=${mark ?? endpoint(address, port)}`, ...inner.map((line) => `\t${oneLine(line)}`)];
}

function realLine(server: RealServerConfiguration, common: Request | undefined): string {
  const { address, port, forwarding, weight, lowerThreshold, upperThreshold } = server;
  const request = requestOf(server);
  const differs = request !== undefined && (request.request !== common?.request || request.receive !== common.receive);
  const parts = [
    endpoint(address, port),
    forwarding === 'local' ? 'gate' : forwarding,
    String(weight),
    differs ? `"${request.request === '' ? '/' : request.request}","${request.receive}"` : '',
    lowerThreshold === 0 ? '' : `l:${lowerThreshold}`,
    upperThreshold === 0 ? '' : `u:${upperThreshold}`,
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function fallbackLines(service: VirtualServerConfiguration, six: string): string[] {
  const { sorryServer } = service;
  const fallback = (server: SorryServerConfiguration): string =>
    `fallback${six}=${endpoint(server.address, server.port)} ${server.forwarding === 'local' ? 'gate' : server.forwarding}`;
  const command = fallbackCommandOf(service);
  return [
    ...(sorryServer ? [fallback(sorryServer)] : []),
    ...(command === undefined ? [] : [`fallbackcommand=${command.map(commandWord).join(' ')}`]),
  ];
}

/** Without the three words that ldirectord adds by itself; undefined when these are not what the commands are given. */
function fallbackCommandOf(service: VirtualServerConfiguration): readonly string[] | undefined {
  const { protocol, mark, address, port, quorumDown, quorumUp } = service;
  const identity = { protocol, name: String(mark ?? address), port };
  const without = (command: readonly string[] | undefined, what: 'start' | 'stop'): readonly string[] | undefined => {
    const added = fallbackArguments(what, identity);
    return command?.slice(-added.length).join('\n') === added.join('\n') ? command.slice(0, -added.length) : undefined;
  };
  const down = without(quorumDown?.command, 'start');
  const up = without(quorumUp?.command, 'stop');
  return down !== undefined && down.length > 0 && down.join('\n') === up?.join('\n') ? down : undefined;
}

function commandWord(text: string): string {
  return text === '' || /\s/.test(text) ? `'${text}'` : text;
}

interface Request {
  readonly request: string;
  readonly receive: string;
}

function negotiated({ checks, connectsPerNegotiate }: RealServerConfiguration): CheckConfiguration | undefined {
  return checks[connectsPerNegotiate === undefined ? 0 : 1];
}

function requestOf(server: RealServerConfiguration): Request | undefined {
  const check = negotiated(server);
  switch (check?.kind) {
    case 'HTTP_GET':
    case 'SSL_GET':
      return { request: check.urls[0]?.path ?? '/', receive: check.urls[0]?.regex?.source ?? '' };
    case 'DNS_CHECK':
      return { request: check.name, receive: check.expect ?? '' };
    case 'NEGOTIATE':
      return { request: check.request, receive: check.receive };
    default:
      return undefined;
  }
}

function checkLines(service: VirtualServerConfiguration, server: RealServerConfiguration): string[] {
  const [check] = server.checks;
  const request = requestOf(server);
  if (!check) return ['checktype=on'];
  return [
    `checktype=${checkType(server, check)}`,
    ...timeoutLines(server, check),
    `failurecount=${check.retries + 1}`,
    ...portLine(service, server),
    ...(check.kind === 'MISC_CHECK' ? [`checkcommand=${commandOf(service, server, check.command)}`] : []),
    ...(request ? requestLines(service, request, negotiated(server)) : []),
  ];
}

function checkType({ connectsPerNegotiate }: RealServerConfiguration, check: CheckConfiguration): string {
  if (connectsPerNegotiate !== undefined) return String(connectsPerNegotiate);
  switch (check.kind) {
    case 'PING_CHECK':
      return 'ping';
    case 'FIXED':
      return check.up ? 'on' : 'off';
    case 'MISC_CHECK':
      return 'external';
    case 'HTTP_GET':
    case 'SSL_GET':
    case 'DNS_CHECK':
    case 'NEGOTIATE':
      return 'negotiate';
    default:
      return 'connect';
  }
}

function timeoutLines(server: RealServerConfiguration, check: CheckConfiguration): string[] {
  const isNegotiated = requestOf(server) !== undefined;
  const negotiate = negotiated(server);
  if (!isNegotiated || !negotiate) return [`checktimeout=${wholeSeconds(check.timeoutMs)}`];
  const lines = [`negotiatetimeout=${wholeSeconds(negotiate.timeoutMs)}`];
  return check === negotiate ? lines : [`checktimeout=${wholeSeconds(check.timeoutMs)}`, ...lines];
}

function portLine({ realServers }: VirtualServerConfiguration, server: RealServerConfiguration): string[] {
  const check = negotiated(server) ?? server.checks[0];
  const uniform = realServers.every(({ port, checks }) => checks.every((one) => !('port' in one) || one.port === port));
  return !check || !('port' in check) || uniform || check.port === 0 ? [] : [`checkport=${check.port}`];
}

/** Without the four words that ldirectord adds by itself. */
function commandOf(
  { mark, address, port }: VirtualServerConfiguration,
  server: RealServerConfiguration,
  command: readonly string[],
): string {
  const added = [String(mark ?? address), String(port), server.address, String(server.port)];
  const fits = command.slice(-4).join('\n') === added.join('\n');
  return (fits ? command.slice(0, -4) : command).map(commandWord).join(' ');
}

function requestLines(
  { port, mark }: VirtualServerConfiguration,
  { request, receive }: Request,
  check: CheckConfiguration | undefined,
): string[] {
  if (!check) return [];
  const service = serviceName(check);
  const byPort = mark === undefined ? serviceOfPort(port) : 'none';
  return [
    ...(service === byPort ? [] : [`service=${service}`]),
    ...(request === '' || request === '/' ? [] : [`request="${request}"`]),
    ...(receive === '' ? [] : [`receive="${receive}"`]),
    ...virtualHostLine(check),
    ...('urls' in check && check.urls[0]?.method === 'HEAD' ? ['httpmethod=HEAD'] : []),
    ...(check.kind === 'NEGOTIATE' ? accountLines(check) : []),
  ];
}

/** The server's own address is what ldirectord says by itself. */
function virtualHostLine(check: CheckConfiguration): string[] {
  const host = 'urls' in check ? check.urls[0]?.virtualHost : undefined;
  return host === undefined || ('address' in check && host === hostLiteral(check.address))
    ? []
    : [`virtualhost="${host}"`];
}

function accountLines({ login, password, database }: CheckConfiguration & { kind: 'NEGOTIATE' }): string[] {
  return [
    ...(login === '' ? [] : [`login="${login}"`]),
    ...(password === '' ? [] : [`passwd="${password}"`]),
    ...(database === '' ? [] : [`database="${database}"`]),
  ];
}

function serviceName(check: CheckConfiguration): ServiceName {
  switch (check.kind) {
    case 'HTTP_GET':
      return 'http';
    case 'SSL_GET':
      return 'https';
    case 'DNS_CHECK':
      return 'dns';
    case 'NEGOTIATE':
      return check.service;
    default:
      return 'none';
  }
}
