import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  ConnectionSnapshot,
  RealServerSnapshot,
  TableSnapshot,
  VirtualServiceSnapshot,
} from '../../api/snapshot.ts';
import type { ServiceKey, TableCommand, TableResult } from '../../api/table.ts';
import { parseAddress } from '../../engine/address.ts';
import { errorCode, errorMessage } from '../errors.ts';
import { GenericFamily } from '../netlink/generic.ts';
import { NetlinkError } from '../netlink/socket.ts';
import { decodeDaemon, decodeServer, decodeService, decodeTableSize, decodeTimeouts } from './decode.ts';
import { BadCommandError, encodeCommand, serviceKey } from './encode.ts';
import { COMMAND, FAMILY_NAME, FAMILY_VERSION } from './numbers.ts';
import { parseConnections, parseStatistics } from './proc.ts';

type Refusal = Extract<TableResult, { ok: false }>;
const known: readonly string[] = [
  'EEXIST',
  'ESRCH',
  'ENOENT',
  'EINVAL',
  'ERANGE',
  'ENODEV',
  'EOPNOTSUPP',
  'ENOMEM',
  'EAFNOSUPPORT',
] satisfies Refusal['errno'][];

const sysctlDirectory = '/proc/sys/net/ipv4/vs';

/** The kernel's table of virtual services, of the network namespace that this process is in. */
export class KernelTable {
  private readonly family: GenericFamily;

  private constructor(family: GenericFamily) {
    this.family = family;
  }

  /** undefined when the kernel has no IPVS now. */
  static open(): KernelTable | undefined {
    const family = GenericFamily.open(FAMILY_NAME, FAMILY_VERSION);
    return family === undefined ? undefined : new KernelTable(family);
  }

  close(): void {
    this.family.close();
  }

  /** Throws NetlinkError for what no table command can be answered with: EPERM. */
  execute(command: TableCommand): TableResult {
    if (command.type === 'set-sysctl') return setSysctl(command.name, command.value);
    try {
      const encoded = encodeCommand(command);
      this.family.request(describe(command), encoded.command, encoded.attributes);
      return { ok: true };
    } catch (error) {
      if (error instanceof BadCommandError) return { ok: false, errno: 'EINVAL', message: error.message };
      if (!(error instanceof NetlinkError) || error.code === 'EPERM') throw error;
      return { ok: false, errno: errnoOf(error.code), message: error.message };
    }
  }

  snapshot(): TableSnapshot {
    const services = this.family
      .dump('list its virtual services', COMMAND.getService)
      .flatMap((answer) => decodeService(answer) ?? [])
      .map((service) => ({ ...service, realServers: this.servers(service).sort(byEndpoint) }))
      .sort(byService);
    const config = this.family.get('tell its timeouts', COMMAND.getConfig);
    const info = this.family.get('tell its table’s size', COMMAND.getInfo);
    const daemons = this.family.dump('list its sync daemons', COMMAND.getDaemon);
    return {
      size: decodeTableSize(info),
      timeouts: decodeTimeouts(config),
      syncDaemons: daemons.flatMap((answer) => decodeDaemon(answer) ?? []),
      ...parseStatistics(readFileSync('/proc/net/ip_vs_stats', 'utf8')),
      sysctls: readSysctls(),
      services,
    };
  }

  private servers(service: ServiceKey): RealServerSnapshot[] {
    return this.family
      .dump('list its real servers', COMMAND.getServer, serviceKey(service))
      .flatMap((answer, order) => decodeServer(answer, order) ?? []);
  }

  connections(): ConnectionSnapshot[] {
    return parseConnections(
      readFileSync('/proc/net/ip_vs_conn', 'utf8'),
      readFileSync('/proc/net/ip_vs_conn_sync', 'utf8'),
    );
  }
}

function readSysctls(): Record<string, number[]> {
  return Object.fromEntries(
    readdirSync(sysctlDirectory).flatMap((name) => {
      try {
        return [[name, readFileSync(join(sysctlDirectory, name), 'utf8').trim().split(/\s+/).map(Number)]];
      } catch {
        // Some may be for the first namespace only.
        return [];
      }
    }),
  );
}

function setSysctl(name: string, value: readonly number[]): TableResult {
  const what = `net.ipv4.vs.${name}`;
  if (!readdirSync(sysctlDirectory).includes(name))
    return { ok: false, errno: 'ENOENT', message: `The kernel has no sysctl ${what}` };
  try {
    writeFileSync(join(sysctlDirectory, name), value.join('\t'));
    return { ok: true };
  } catch (error) {
    const message = `The kernel refused to set ${what}: ${errorMessage(error)}`;
    return { ok: false, errno: errnoOf(errorCode(error) ?? 'EINVAL'), message };
  }
}

function errnoOf(code: string): Refusal['errno'] {
  return known.includes(code) ? (code as Refusal['errno']) : 'EINVAL';
}

/** Completes "The kernel refused to …". */
function describe(command: TableCommand): string {
  return command.type.replace('-', ' ');
}

/** As `ipvsadm -L` sorts: firewall marks last, then family, protocol, address, port. */
function byService(left: VirtualServiceSnapshot, right: VirtualServiceSnapshot): number {
  return (
    (left.mark ?? 0) - (right.mark ?? 0) ||
    familyOf(left.address) - familyOf(right.address) ||
    left.protocol.localeCompare(right.protocol) ||
    byEndpoint(left, right)
  );
}

function byEndpoint(left: { address: string; port: number }, right: { address: string; port: number }): number {
  const leftWords = parseAddress(left.address)?.words ?? [];
  const rightWords = parseAddress(right.address)?.words ?? [];
  for (const [index, word] of leftWords.entries()) {
    const difference = word - (rightWords[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.port - right.port;
}

function familyOf(address: string): number {
  return parseAddress(address)?.family ?? 0;
}
