import { formatAddress, parseAddress } from '../../engine/address.ts';
import type { CommandLine } from './command-line.ts';
import { usageError } from './exit.ts';
import type { OptionKind } from './legality.ts';
import type { ModifierTag } from './options.ts';
import {
  leadingNumber,
  parseEndpoint,
  parseLooseIpv4,
  parseMark,
  parseNumber,
  parseTimeout,
  type NameResolver,
} from './values.ts';

interface Modifier {
  /** Absent where an option may come twice. */
  readonly kind?: OptionKind;
  readonly apply: (line: CommandLine, value: string, names: NameResolver) => void;
}

/** Obeys one option. Throws IpvsadmExit when it is there for the second time, or its value is none. */
export function applyModifier(
  line: CommandLine,
  tag: ModifierTag,
  value: string | undefined,
  { given, names }: { readonly given: Set<OptionKind>; readonly names: NameResolver },
): void {
  const { kind, apply } = tag === 'persistent' ? persistent(value) : modifiers[tag];
  if (kind !== undefined) {
    if (given.has(kind)) throw usageError(`multiple '${kind}' options specified`);
    given.add(kind);
  }
  apply(line, value ?? '', names);
}

/** The only option whose value may be left out. */
function persistent(value: string | undefined): Modifier {
  return { kind: 'persistent', apply: (line) => void (line.persistenceSeconds = parseTimeout(value, 1)) };
}

const MAXIMUM_INT = 0x7fff_ffff;
/** Largest UDP payload. */
const MAXIMUM_SYNC_LENGTH = 65535 - 20 - 8;

const modifiers: Readonly<Record<Exclude<ModifierTag, 'persistent'>, Modifier>> = {
  'tcp-service': service('TCP'),
  'udp-service': service('UDP'),
  'sctp-service': service('SCTP'),
  'fwmark-service': {
    kind: 'service-address',
    apply: (line, value) => {
      Object.assign(line, { family: 4, address: '0.0.0.0', protocol: 'TCP', mark: parseMark(value) });
    },
  },
  ipv6: {
    apply: (line) => {
      if (line.mark === 0) throw usageError('-6 used before -f\n');
      Object.assign(line, { family: 6, address: '::', mask: '128' });
    },
  },
  scheduler: { kind: 'scheduler', apply: (line, value) => void (line.scheduler = value.slice(0, 15)) },
  'sched-flags': { kind: 'sched-flags', apply: (line, value) => void (line.flagNames = value.slice(0, 127)) },
  pe: { kind: 'pe', apply: (line, value) => void (line.engine = value.slice(0, 16)) },
  ops: { kind: 'ops', apply: (line) => void (line.onePacket = true) },
  netmask: { kind: 'netmask', apply: applyMask },
  'real-server': { kind: 'real-server', apply: applyServer },
  masquerading: forwarding('masq'),
  ipip: forwarding('ipip'),
  gatewaying: forwarding('gate'),
  weight: number('weight', [0, MAXIMUM_INT], 'illegal weight specified', (line, value) => void (line.weight = value)),
  'u-threshold': number(
    'u-threshold',
    [0, MAXIMUM_INT],
    'illegal u_threshold specified',
    (line, value) => void (line.upperThreshold = value),
  ),
  'l-threshold': number(
    'l-threshold',
    [0, MAXIMUM_INT],
    'illegal l_threshold specified',
    (line, value) => void (line.lowerThreshold = value),
  ),
  'tun-type': { kind: 'tun-type', apply: applyTunnelType },
  'tun-port': number(
    'tun-port',
    [1, 65535],
    'illegal tunnel port specified',
    (line, value) => void (line.tunnelPort = value),
  ),
  'tun-nocsum': { kind: 'tun-nocsum', apply: (line) => void (line.tunnelChecksum = 'none') },
  'tun-csum': { kind: 'tun-csum', apply: (line) => void (line.tunnelChecksum = 'checksum') },
  'tun-remcsum': { kind: 'tun-remcsum', apply: (line) => void (line.tunnelChecksum = 'remote-checksum') },
  'mcast-interface': {
    kind: 'mcast-interface',
    apply: (line, value) => void (line.daemon.interface = value.slice(0, 15)),
  },
  syncid: number('syncid', [0, 255], 'illegal syncid specified', (line, value) => void (line.daemon.syncId = value)),
  'mcast-group': { kind: 'mcast-group', apply: applyGroup },
  'mcast-port': number(
    'mcast-port',
    [1, 65535],
    'illegal mcast-port specified',
    (line, value) => void (line.daemon.port = value),
  ),
  'mcast-ttl': number(
    'mcast-ttl',
    [1, 255],
    'illegal mcast-ttl specified',
    (line, value) => void (line.daemon.ttl = value),
  ),
  'sync-maxlen': number(
    'sync-maxlen',
    [1, MAXIMUM_SYNC_LENGTH],
    'illegal sync-maxlen specified',
    (line, value) => void (line.daemon.maximumLength = value),
  ),
  numeric: { kind: 'numeric', apply: ({ format }) => void (format.numeric = true) },
  connection: { kind: 'connection', apply: () => undefined },
  timeout: { kind: 'timeout', apply: () => undefined },
  daemon: { kind: 'daemon', apply: () => undefined },
  stats: { kind: 'stats', apply: ({ format }) => void (format.stats = true) },
  rate: { kind: 'rate', apply: ({ format }) => void (format.rate = true) },
  thresholds: { kind: 'thresholds', apply: ({ format }) => void (format.thresholds = true) },
  'persistent-conn': {
    kind: 'persistent-conn',
    apply: ({ format }) => void (format.persistentConnections = true),
  },
  nosort: { kind: 'nosort', apply: ({ format }) => void (format.unsorted = true) },
  sort: { apply: () => undefined },
  exact: { kind: 'exact', apply: ({ format }) => void (format.exact = true) },
  'tun-info': { kind: 'tun-info', apply: ({ format }) => void (format.tunnels = true) },
};

function service(protocol: 'TCP' | 'UDP' | 'SCTP'): Modifier {
  return {
    kind: 'service-address',
    apply: (line, value, names) => {
      const parsed = parseEndpoint(value, protocol === 'SCTP' ? undefined : protocol, names);
      if (parsed === undefined) throw usageError('illegal virtual server address[:port] specified');
      const { address, family, port = 0 } = parsed;
      Object.assign(line, { protocol, address, family, port, ...(family === 6 ? { mask: '128' } : {}) });
    },
  };
}

function forwarding(method: 'masq' | 'gate' | 'ipip'): Modifier {
  return { kind: 'forwarding-method', apply: (line) => void (line.forwarding = method) };
}

function number(
  kind: OptionKind,
  [minimum, maximum]: readonly [number, number],
  complaint: string,
  take: (line: CommandLine, value: number) => void,
): Modifier {
  return {
    kind,
    apply: (line, text) => {
      const value = parseNumber(text, minimum, maximum);
      if (value === undefined) throw usageError(complaint);
      take(line, value);
    },
  };
}

function applyMask(line: CommandLine, value: string, names: NameResolver): void {
  if (line.family === 6) {
    const length = leadingNumber(value);
    if (length < 1 || length > 128) throw usageError('illegal ipv6 netmask specified');
    line.mask = String(length);
    return;
  }
  const mask = parseLooseIpv4(value) ?? names.hostAddress(value);
  if (mask === undefined) throw usageError('illegal virtual server persistent mask specified');
  line.mask = mask;
}

/** The port of a server that names none is the service's, as far as the line has been read. */
function applyServer(line: CommandLine, value: string, names: NameResolver): void {
  const protocol = line.protocol === 'SCTP' ? undefined : line.protocol;
  const parsed = parseEndpoint(value, protocol, names);
  if (parsed === undefined) throw usageError('illegal real server address[:port] specified');
  line.server = { ...parsed, port: parsed.port ?? line.port };
}

function applyTunnelType(line: CommandLine, value: string): void {
  if (value !== 'ipip' && value !== 'gue' && value !== 'gre')
    throw usageError('illegal tunnel type specified', { known: ['ipip', 'gue', 'gre'] });
  line.tunnelType = value;
}

function applyGroup(line: CommandLine, value: string): void {
  const family = value.includes(':') ? 6 : 4;
  const group = parseAddress(value);
  const first = group?.words[family === 6 ? 0 : 3] ?? 0;
  const isMulticast = family === 6 ? first >>> 24 === 0xff : first >>> 28 === 0xe;
  if (group?.family !== family || !isMulticast) throw usageError(`invalid IPv${family} mcast-group \`${value}'`);
  line.daemon.group = formatAddress(group);
}
