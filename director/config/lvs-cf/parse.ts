import { formatAddress, parseAddress } from '../../engine/address.ts';
import type { ForwardingMethod } from '../../api/table.ts';
import type {
  RealServerConfiguration,
  SorryServerConfiguration,
  VirtualServerConfiguration,
} from '../../engine/checks/configuration.ts';
import type { DirectorConfiguration } from '../configuration.ts';
import { hostMask, readPersistenceMask } from '../persistence-mask.ts';
import { sortProblems } from '../problem.ts';
import { nearestWord } from '../nearest-word.ts';
import { Reader, shown } from '../reader.ts';
import type { ParseResult } from '../result.ts';
import { defined } from '../values.ts';
import { checksOf } from './checks.ts';
import { failoverInstances, type Role } from './failover.ts';
import { readBlocks, type Block } from './lines.ts';
import {
  assignAll,
  globalSetters,
  serverSetters,
  virtualSetters,
  type LvsGlobals,
  type LvsServer,
  type LvsVirtual,
  type Method,
} from './settings.ts';

const methods: Readonly<Record<Method, ForwardingMethod>> = { direct: 'gate', nat: 'masq', tunnel: 'ipip' };

/** Reads Piranha's lvs.cf for one of its two machines. */
export function parseLvsCf(text: string, file: string, role: Role = 'primary'): ParseResult {
  const reader = new Reader(file, new Set());
  const root = readBlocks(reader, text);
  const globals: LvsGlobals = {
    ...{ backupActive: false, keepaliveSeconds: 2, deadSeconds: 5, network: 'nat', service: 'lvs' },
    ...{ syncDaemon: false, syncInterface: 'eth0', syncId: 0, tcpSeconds: 0, tcpFinSeconds: 0, udpSeconds: 0 },
  };
  assignAll(reader, root.assignments, globals, globalSetters, 'the file');
  const active: LvsVirtual[] = [];
  const virtualServers = root.blocks.flatMap((block) => readBlock(reader, block, globals, active));
  unique(reader, virtualServers);
  const { origins } = reader;
  const configuration: DirectorConfiguration = {
    instances: instancesOf(reader, root, globals, active, role),
    virtualServers,
    marks: [],
    ...syncOf(globals),
    ...timeoutsOf(globals),
    plane: 'auto',
  };
  const problems = sortProblems(reader.problems);
  return problems.some(({ severity }) => severity === 'error')
    ? { problems, origins }
    : { configuration, problems, origins };
}

function readBlock(
  reader: Reader,
  block: Block,
  globals: LvsGlobals,
  active: LvsVirtual[],
): VirtualServerConfiguration[] {
  const { kind, name } = block;
  if (kind.text === 'failover') {
    reader.error(kind, `failover "${shown(name.text)}": services of one machine (fos) are not balanced, and not built`);
    return [];
  }
  if (kind.text !== 'virtual') {
    const nearest = nearestWord(kind.text, ['virtual', 'failover']);
    reader.error(kind, `unknown block "${shown(kind.text)}"`, { expected: 'virtual NAME {', ...defined({ nearest }) });
    return [];
  }
  const virtual: LvsVirtual = {
    ...{ active: false, protocol: 'tcp', port: 80, scheduler: 'wlc', useRegex: false, timeoutSeconds: 10 },
    ...{ reentrySeconds: 180, loadMonitor: 'none', quiesceServer: false },
  };
  assignAll(reader, block.assignments, virtual, virtualSetters, `virtual ${shown(name.text)}`);
  const service = readVirtual(reader, block, virtual, globals);
  if (!virtual.active) {
    reader.warn(kind, `virtual "${shown(name.text)}" is not active and is left out`, { expected: 'active = 1' });
    return [];
  }
  active.push(virtual);
  return service ? [reader.placed(service, kind)] : [];
}

function readVirtual(
  reader: Reader,
  block: Block,
  virtual: LvsVirtual,
  globals: LvsGlobals,
): VirtualServerConfiguration | undefined {
  const { address, mark } = virtual;
  if (!address) {
    reader.error(block.kind, `virtual "${shown(block.name.text)}" has no address`, {
      expected: 'address = ADDRESS INTERFACE',
    });
    return undefined;
  }
  warnUnused(reader, block);
  const protocol = mark === undefined ? (virtual.protocol === 'udp' ? 'UDP' : 'TCP') : 'FWM';
  const forwarding = methods[globals.network];
  const servers = block.blocks.flatMap((inner) => readServer(reader, inner, virtual, protocol, forwarding));
  const port = mark === undefined ? virtual.port : 0;
  return {
    ...{ protocol, address: mark === undefined ? address.address : '0.0.0.0', port },
    ...defined({ mark }),
    ...{ scheduler: virtual.scheduler, schedulerFlags: [] },
    ...defined({ persistence: persistenceOf(reader, virtual) }),
    onePacket: false,
    realServers: servers,
    ...defined({ sorryServer: sorryServerOf(reader, block, virtual, forwarding) }),
    ...{ quorum: 1, hysteresis: 0, notifiesOnStop: false },
  };
}

function warnUnused(reader: Reader, { kind, assignments }: Block): void {
  const at = (key: string) => assignments.find((one) => one.key.text === key)?.key ?? kind;
  for (const key of ['expect_program', 'start_cmd', 'stop_cmd'])
    if (assignments.some((one) => one.key.text === key))
      reader.warn(at(key), `"${key}" has no effect on a balanced service`);
}

function readServer(
  reader: Reader,
  block: Block,
  virtual: LvsVirtual,
  protocol: 'TCP' | 'UDP' | 'FWM',
  forwarding: ForwardingMethod,
): RealServerConfiguration[] {
  if (block.kind.text !== 'server') {
    const nearest = nearestWord(block.kind.text, ['server']);
    const message = `unknown block "${shown(block.kind.text)}" in a virtual`;
    reader.error(block.kind, message, { expected: 'server NAME {', ...defined({ nearest }) });
    return [];
  }
  const server: LvsServer = { active: false, weight: 1 };
  assignAll(reader, block.assignments, server, serverSetters, `server ${shown(block.name.text)}`);
  if (server.address === undefined) {
    reader.error(block.kind, `server "${shown(block.name.text)}" has no address`, { expected: 'address = ADDRESS' });
    return [];
  }
  if (!server.active) {
    reader.warn(block.kind, `server "${shown(block.name.text)}" is not active and is left out`, {
      expected: 'active = 1',
    });
    return [];
  }
  // Only translation can change the port.
  const port = forwarding === 'masq' ? (server.port ?? virtual.port) : virtual.port;
  const target = { address: server.address, port: port };
  const checks = checksOf(virtual, protocol, target).map((check) => reader.placed(check, block.kind));
  const entry: RealServerConfiguration = {
    ...{ address: server.address, port: protocol === 'FWM' && server.port === undefined ? 0 : port, forwarding },
    ...{ weight: server.weight, upperThreshold: 0, lowerThreshold: 0 },
    ...{ inhibitOnFailure: virtual.quiesceServer, startsDown: true, checks },
  };
  return [reader.placed(entry, block.kind)];
}

function persistenceOf(
  reader: Reader,
  { persistentSeconds, persistenceMask: word }: LvsVirtual,
): VirtualServerConfiguration['persistence'] {
  const mask = word && readPersistenceMask(reader, word, 4);
  if (persistentSeconds === undefined) return undefined;
  return { timeoutSeconds: persistentSeconds, mask: mask ?? hostMask(4) };
}

function sorryServerOf(
  reader: Reader,
  { kind, assignments }: Block,
  { sorryServer, port, mark }: LvsVirtual,
  forwarding: ForwardingMethod,
): SorryServerConfiguration | undefined {
  if (sorryServer === undefined) return undefined;
  const at = assignments.find(({ key }) => key.text === 'sorry_server')?.value ?? kind;
  const match = /^([\d.]+)(?:[\s:]+(\d{1,5}))?$/.exec(sorryServer);
  const address = parseAddress(match?.[1] ?? '');
  if (!address || Number(match?.[2] ?? 0) > 65_535) {
    reader.error(at, `"${shown(sorryServer)}" is not a server`, { expected: 'ADDRESS, or ADDRESS:PORT' });
    return undefined;
  }
  const own = match?.[2] === undefined ? undefined : Number(match[2]);
  const servicePort = mark === undefined ? port : 0;
  return { address: formatAddress(address), port: own ?? servicePort, forwarding, weight: 1, inhibit: false };
}

function instancesOf(reader: Reader, root: Block, globals: LvsGlobals, active: readonly LvsVirtual[], role: Role) {
  if (!globals.backupActive) return [];
  const at = root.assignments.find(({ key }) => key.text === 'backup_active')?.key ?? root.kind;
  const { keepaliveSeconds, deadSeconds } = globals;
  const takeOver = (3 * keepaliveSeconds + 0.6).toFixed(1);
  reader.warn(
    at,
    `the heartbeat of pulse becomes VRRP, which the other machine has to speak too: an advert every ${keepaliveSeconds} s, ` +
      `take-over after ${takeOver} s (deadtime was ${deadSeconds} s), read here as the ${role}`,
  );
  return failoverInstances(globals, active, role).map((instance) => reader.placed(instance, at));
}

function syncOf({ syncDaemon, syncInterface, syncId }: LvsGlobals): Pick<DirectorConfiguration, 'sync'> {
  if (!syncDaemon) return {};
  const defaults = { maximumLength: 0, group: '224.0.0.81', port: 8848, ttl: 1 };
  return { sync: { interface: syncInterface, syncId, ...defaults } };
}

function timeoutsOf({ tcpSeconds, tcpFinSeconds, udpSeconds }: LvsGlobals): Pick<DirectorConfiguration, 'timeouts'> {
  return tcpSeconds + tcpFinSeconds + udpSeconds === 0 ? {} : { timeouts: { tcpSeconds, tcpFinSeconds, udpSeconds } };
}

function unique(reader: Reader, services: readonly VirtualServerConfiguration[]): void {
  const seen = new Set<string>();
  for (const service of services) {
    const key = `${service.protocol} ${service.address}:${service.port} ${service.mark ?? ''}`.trim();
    const { line, column } = reader.origins.get(service) ?? { line: 1, column: 1 };
    if (seen.has(key)) reader.error({ text: '', line, column }, `the virtual service ${key} is there twice`);
    seen.add(key);
  }
}
