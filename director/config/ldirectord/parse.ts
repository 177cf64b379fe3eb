import { formatAddress, fromBytes, parseAddress, toBytes } from '../../engine/address.ts';
import type { ForwardingMethod } from '../../api/table.ts';
import type {
  NotifyCommand,
  RealServerConfiguration,
  SorryServerConfiguration,
  VirtualServerConfiguration,
} from '../../engine/checks/configuration.ts';
import type { DirectorConfiguration } from '../configuration.ts';
import type { HostNames } from '../host-names.ts';
import { splitCommand } from '../keepalived/scripts.ts';
import { hostMask, readPersistenceMask } from '../persistence-mask.ts';
import { sortProblems } from '../problem.ts';
import { Reader, shown } from '../reader.ts';
import type { ParseResult } from '../result.ts';
import { orderedFlags, schedulerNames } from '../schedulers.ts';
import { nearestWord } from '../nearest-word.ts';
import type { Word } from '../statements.ts';
import { defined } from '../values.ts';
import { checksOf, timingsOf, type ServiceIdentity } from './checks.ts';
import { dispatch, globalHandlers, virtualHandlers, type GlobalSettings, type VirtualSettings } from './directives.ts';
import { fallbackArguments } from './fallback-command.ts';
import { readLines, type Directive, type VirtualBlock } from './lines.ts';
import { serviceOfPort } from './services.ts';
import { hostPort, type HostContext } from './values.ts';

/** Reads an ldirectord.cf as ldirectord 4 does, whose defaults are those of its code where its manual says otherwise. */
export function parseLdirectord(text: string, file: string, names?: HostNames): ParseResult {
  const reader = new Reader(file, new Set());
  const { globals, virtuals } = readLines(reader, text);
  const settings: GlobalSettings = {};
  dispatch(reader, globals, globalHandlers(reader, settings), 'the file');
  const seen = new Map<string, number>();
  const virtualServers = virtuals.flatMap((block) => {
    const service = readVirtual(reader, block, settings, names);
    if (!service) return [];
    const key = `${service.protocol} ${service.address} ${service.port} ${service.mark ?? ''}`;
    const earlier = seen.get(key);
    if (earlier !== undefined)
      reader.error(block.head.key, `this virtual service is there already, on line ${earlier}`);
    seen.set(key, earlier ?? block.head.key.line);
    return [reader.placed(service, block.head.key)];
  });
  const problems = sortProblems(reader.problems);
  const { origins } = reader;
  if (problems.some(({ severity }) => severity === 'error')) return { problems, origins };
  const configuration: DirectorConfiguration = { instances: [], virtualServers, marks: [], plane: 'auto' };
  return { configuration, problems, origins };
}

function readVirtual(
  reader: Reader,
  { head, directives }: VirtualBlock,
  globals: GlobalSettings,
  names: HostNames | undefined,
): VirtualServerConfiguration | undefined {
  const family = head.key.text === 'virtual6' ? 6 : 4;
  const settings: VirtualSettings = {
    ...{ checkType: 'negotiate', checkCommand: '/bin/true', request: '/', receive: '', database: '' },
    ...{ httpMethod: 'GET', scheduler: 'wrr', flags: [], onePacket: false, reals: [] },
  };
  dispatch(reader, directives, virtualHandlers(reader, settings, family), 'a virtual service');
  const context = { reader, family, names } as const;
  const place = wordsOf(directives, head.value ?? head.key);
  const identity = identityOf(context, head.value ?? head.key, settings);
  if (!identity) return undefined;
  const hosts: HostContext = { ...context, protocol: identity.protocol === 'UDP' ? 'UDP' : 'TCP' };
  checkScheduler(reader, place('scheduler'), settings.scheduler);
  const timings = timingsOf(settings, globals);
  const servers = settings.reals.flatMap(({ word }) => readReals(hosts, word));
  const inhibitOnFailure = settings.quiescent ?? globals.quiescent ?? false;
  const realServers = servers.map(({ request, receive, at, ...server }) => {
    const checks = checksOf({ reader, place }, identity, settings, { ...server, request, receive }, timings);
    const { checkType } = settings;
    const connects = typeof checkType === 'object' ? checkType.connects : undefined;
    for (const check of checks) reader.placed(check, at);
    return reader.placed<RealServerConfiguration>(
      { ...server, inhibitOnFailure, startsDown: true, checks, ...defined({ connectsPerNegotiate: connects }) },
      at,
    );
  });
  const sorryServer = fallbackOf(hosts, settings, globals, identity);
  const commands = fallbackCommands(settings.fallbackCommand ?? globals.fallbackCommand, identity);
  // Without a fallback the command is all that there is: the count of servers brings it, as it would bring the fallback.
  const counts = sorryServer === undefined && commands.quorumDown ? { quorumCounts: 'servers' as const } : {};
  const address = identity.protocol === 'FWM' ? (family === 6 ? '::' : '0.0.0.0') : identity.name;
  return {
    ...{ protocol: identity.protocol, address, port: identity.port },
    ...(identity.protocol === 'FWM' ? { mark: Number(identity.name) } : {}),
    scheduler: settings.scheduler,
    schedulerFlags: orderedFlags(settings.flags),
    ...defined({ persistence: persistenceOf(reader, settings, family) }),
    onePacket: settings.onePacket && identity.protocol === 'UDP',
    realServers,
    ...defined({ sorryServer }),
    quorum: 1,
    hysteresis: 0,
    ...counts,
    ...commands,
    notifiesOnStop: false,
    ...defined({ maintenanceDirectory: globals.maintenanceDirectory }),
  };
}

/** Where a directive has its value; the last of its name counts. `otherwise`: where the service begins. */
function wordsOf(directives: readonly Directive[], otherwise: Word): (name: string) => Word {
  const given = new Map(directives.map(({ key, value }) => [key.text, value ?? key]));
  return (name) => given.get(name) ?? otherwise;
}

/** `ADDRESS:PORT`, or the number of a firewall mark. */
function identityOf(
  context: Omit<HostContext, 'protocol'>,
  at: Word,
  { protocol, service }: VirtualSettings,
): ServiceIdentity | undefined {
  const { reader } = context;
  if (/^\d+$/.test(at.text)) {
    const mark = Number(at.text);
    if (mark < 1 || mark > 0xffff_ffff) reader.error(at, `${shown(at.text)} is not a firewall mark`);
    if (protocol && protocol.text !== 'fwm')
      reader.error(protocol.at, `the protocol of a firewall mark is fwm`, { expected: 'protocol=fwm' });
    return { protocol: 'FWM', name: at.text, port: 0, service: service ?? 'none' };
  }
  const udp = protocol ? protocol.text === 'udp' : /:(?:53|domain)$/.test(at.text);
  const endpoint = hostPort({ ...context, protocol: udp ? 'UDP' : 'TCP' }, at, at.text);
  if (!endpoint) return undefined;
  const { address, port } = endpoint;
  if (port === undefined) {
    reader.error(at, 'a virtual service without a port', { expected: 'ADDRESS:PORT or a firewall mark' });
    return undefined;
  }
  if (protocol?.text === 'fwm')
    reader.error(protocol.at, 'protocol=fwm is for virtual services that are a firewall mark', {
      expected: 'tcp or udp',
    });
  return { protocol: udp ? 'UDP' : 'TCP', name: address, port, service: service ?? serviceOfPort(port) };
}

interface ServerLine {
  readonly at: Word;
  readonly address: string;
  readonly port: number;
  readonly forwarding: ForwardingMethod;
  readonly weight: number;
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
  readonly request?: string | undefined;
  readonly receive?: string | undefined;
}

const serverLine =
  /^(\S+?)(?:->(\S+?))?(:[\w-]+)?\s+(\w+)(?:\s+(\d{1,10}))?(?:\s+"([^"]*)"[, ]\s*"([^"]*)")?(?:\s+l:(\d{1,10}))?(?:\s+u:(\d{1,10}))?\s*$/;

/** `ADDRESS[->LAST][:PORT] gate|masq|ipip [WEIGHT] ["REQUEST", "RECEIVE"] [l:LOWER] [u:UPPER]` */
function readReals(hosts: HostContext, word: Word): ServerLine[] {
  const { reader } = hosts;
  const match = serverLine.exec(word.text);
  const expected = 'ADDRESS[->LAST]:PORT gate|masq|ipip [WEIGHT] ["REQUEST", "RECEIVE"]';
  if (!match) {
    reader.error(word, 'this real server is not understood', { expected });
    return [];
  }
  const [, first = '', last, port = '', method = '', weight, request, receive, lower, upper] = match;
  const forwarding = forwardingOf(reader, word, method);
  const start = hostPort(hosts, word, `${first}${port}`);
  const end = last === undefined ? start : hostPort(hosts, word, last);
  if (!start || !end || forwarding === undefined) return [];
  const common = {
    ...{ at: word, port: start.port ?? 0, forwarding, weight: Number(weight ?? 1) },
    ...{ lowerThreshold: Number(lower ?? 0), upperThreshold: Number(upper ?? 0), receive },
    request: request === undefined || request.startsWith('/') ? request : `/${request}`,
  };
  return addressRange(reader, word, start.address, end.address).map((address) => ({ ...common, address }));
}

function forwardingOf(reader: Reader, at: Word, method: string): 'gate' | 'masq' | 'ipip' | undefined {
  if (method === 'gate' || method === 'masq' || method === 'ipip') return method;
  const nearest = nearestWord(method, ['gate', 'masq', 'ipip']);
  const message = `"${shown(method)}" is not a forwarding method`;
  reader.error(at, message, { expected: 'gate, masq or ipip', ...defined({ nearest }) });
  return undefined;
}

function addressRange(reader: Reader, at: Word, first: string, last: string): string[] {
  if (first === last) return [first];
  const [from, to] = [parseAddress(first), parseAddress(last)].map((address) =>
    address?.family === 4 ? address.words[3] : undefined,
  );
  if (from === undefined || to === undefined) {
    reader.error(at, 'ranges are for IPv4 addresses');
    return [];
  }
  if (to < from || to - from >= 65_536) {
    reader.error(at, `${first}->${last} is no range of 1 to 65536 addresses`);
    return [];
  }
  return Array.from({ length: to - from + 1 }, (_, index) => {
    const bytes = toBytes({ family: 4, words: Uint32Array.of(0, 0, 0, from + index) });
    return formatAddress(fromBytes(bytes));
  });
}

function checkScheduler(reader: Reader, at: Word, name: string): void {
  if (schedulerNames.some((known) => known === name)) return;
  const nearest = nearestWord(name, schedulerNames);
  reader.error(at, `the scheduler "${shown(name)}" does not exist`, {
    expected: schedulerNames.join(', '),
    ...defined({ nearest }),
  });
}

function persistenceOf(
  reader: Reader,
  { persistent, netmask }: VirtualSettings,
  family: 4 | 6,
): VirtualServerConfiguration['persistence'] {
  const mask = netmask && readPersistenceMask(reader, netmask, family);
  return persistent === undefined ? undefined : { timeoutSeconds: persistent, mask: mask ?? hostMask(family) };
}

/** `fallback=ADDRESS[:PORT] [gate|masq|ipip]`, the service's own or the file's. */
function fallbackOf(
  hosts: HostContext,
  settings: VirtualSettings,
  globals: GlobalSettings,
  identity: ServiceIdentity,
): SorryServerConfiguration | undefined {
  const { reader, family } = hosts;
  const given = family === 6 ? (settings.fallback6 ?? globals.fallback6) : (settings.fallback ?? globals.fallback);
  if (!given) return undefined;
  const [endpoint = '', method = 'gate'] = given.word.text.split(/\s+/);
  const forwarding = forwardingOf(reader, given.word, method);
  const parsed = hostPort(hosts, given.word, endpoint);
  if (!parsed || forwarding === undefined) return undefined;
  return {
    ...{ address: parsed.address, port: parsed.port ?? identity.port, forwarding },
    ...{ weight: 1, inhibit: false, enters: 'none-up' },
  };
}

/** It goes with the fallback: do_fallback_command of ldirectord. */
function fallbackCommands(
  command: string | undefined,
  service: ServiceIdentity,
): { quorumUp?: NotifyCommand; quorumDown?: NotifyCommand } {
  const words = splitCommand(command ?? '');
  if (words.length === 0) return {};
  return {
    quorumUp: { command: [...words, ...fallbackArguments('stop', service)] },
    quorumDown: { command: [...words, ...fallbackArguments('start', service)] },
  };
}
