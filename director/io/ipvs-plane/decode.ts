import type { Counters, Rates, RealServerSnapshot, VirtualServiceSnapshot } from '../../api/snapshot.ts';
import type { ForwardingMethod, SchedulerFlag, SyncDaemon, Timeouts, Tunnel } from '../../api/table.ts';
import { formatAddress, fromBytes } from '../../engine/address.ts';
import type { Family } from '../../engine/address.ts';
import type { GenericAnswer } from '../netlink/generic.ts';
import { decodeAttributes } from '../netlink/message.ts';
import {
  AF_INET6,
  ATTRIBUTE,
  DAEMON,
  DAEMON_STATE,
  INFO,
  IPPROTO_TCP,
  SERVER,
  SERVICE,
  SERVICE_FLAG,
  STATS,
} from './numbers.ts';

type Attributes = ReadonlyMap<number, Uint8Array>;

const FORWARDING: readonly ForwardingMethod[] = ['masq', 'local', 'ipip', 'gate'];
const TUNNEL_TYPES: readonly Tunnel['type'][] = ['ipip', 'gue', 'gre'];
const TUNNEL_CHECKSUMS: readonly Tunnel['checksum'][] = ['none', 'checksum', 'remote-checksum'];
/** sh and mh have names for the first two flags. */
const NAMED_FLAGS = new Set(['sh', 'mh']);

/** A service without its servers; undefined for an answer that is none. */
export function decodeService({ attributes }: GenericAnswer): VirtualServiceSnapshot | undefined {
  const own = nested(attributes, ATTRIBUTE.service);
  if (own === undefined) return undefined;
  const family = number(own.get(SERVICE.family)) === AF_INET6 ? 6 : 4;
  const flags = number(own.get(SERVICE.flags)?.subarray(0, 4));
  const scheduler = string(own.get(SERVICE.scheduler));
  const mark = own.get(SERVICE.mark);
  return {
    ...(mark === undefined ? addressKey(own, family) : markKey(number(mark), family)),
    scheduler,
    schedulerFlags: schedulerFlags(scheduler, flags),
    ...((flags & SERVICE_FLAG.persistent) === 0 ? {} : { persistence: persistence(own, family) }),
    onePacket: (flags & SERVICE_FLAG.onePacket) !== 0,
    ...statistics(own, SERVICE.stats64, SERVICE.stats),
    realServers: [],
  };
}

function addressKey(own: Attributes, family: Family): Pick<VirtualServiceSnapshot, 'protocol' | 'address' | 'port'> {
  return {
    protocol: number(own.get(SERVICE.protocol)) === IPPROTO_TCP ? 'TCP' : 'UDP',
    address: address(own.get(SERVICE.address), family),
    port: port(own.get(SERVICE.port)),
  };
}

function markKey(mark: number, family: Family): Pick<VirtualServiceSnapshot, 'protocol' | 'address' | 'port' | 'mark'> {
  return { protocol: 'FWM', address: family === 4 ? '0.0.0.0' : '::', port: 0, mark };
}

function schedulerFlags(scheduler: string, flags: number): SchedulerFlag[] {
  const isNamed = NAMED_FLAGS.has(scheduler);
  const found: SchedulerFlag[] = [];
  if ((flags & SERVICE_FLAG.scheduler1) !== 0) found.push(isNamed ? fallback(scheduler) : 'flag-1');
  if ((flags & SERVICE_FLAG.scheduler2) !== 0) found.push(isNamed ? byPort(scheduler) : 'flag-2');
  if ((flags & SERVICE_FLAG.scheduler3) !== 0) found.push('flag-3');
  return found;
}

function fallback(scheduler: string): SchedulerFlag {
  return scheduler === 'sh' ? 'sh-fallback' : 'mh-fallback';
}

function byPort(scheduler: string): SchedulerFlag {
  return scheduler === 'sh' ? 'sh-port' : 'mh-port';
}

function persistence(own: Attributes, family: Family): NonNullable<VirtualServiceSnapshot['persistence']> {
  const mask = own.get(SERVICE.netmask) ?? new Uint8Array(4);
  const engine = own.get(SERVICE.engine);
  return {
    timeoutSeconds: number(own.get(SERVICE.timeout)),
    mask: family === 4 ? formatAddress(fromBytes(mask)) : String(number(mask)),
    ...(engine === undefined ? {} : { engine: string(engine) }),
  };
}

/** `order` is its place in the answer, which is the kernel's list order. */
export function decodeServer({ attributes }: GenericAnswer, order: number): RealServerSnapshot | undefined {
  const own = nested(attributes, ATTRIBUTE.server);
  if (own === undefined) return undefined;
  const forwarding = FORWARDING[number(own.get(SERVER.forwarding))] ?? 'masq';
  const family = number(own.get(SERVER.family)) === AF_INET6 ? 6 : 4;
  return {
    address: address(own.get(SERVER.address), family),
    port: port(own.get(SERVER.port)),
    forwarding,
    ...(forwarding === 'ipip' ? { tunnel: tunnel(own) } : {}),
    weight: number(own.get(SERVER.weight)),
    upperThreshold: number(own.get(SERVER.upperThreshold)),
    lowerThreshold: number(own.get(SERVER.lowerThreshold)),
    activeConnections: number(own.get(SERVER.active)),
    inactiveConnections: number(own.get(SERVER.inactive)),
    persistentConnections: number(own.get(SERVER.persistent)),
    order,
    ...statistics(own, SERVER.stats64, SERVER.stats),
  };
}

function tunnel(own: Attributes): Tunnel {
  return {
    type: TUNNEL_TYPES[number(own.get(SERVER.tunnelType))] ?? 'ipip',
    port: port(own.get(SERVER.tunnelPort)),
    checksum: TUNNEL_CHECKSUMS[number(own.get(SERVER.tunnelFlags))] ?? 'none',
  };
}

export function decodeDaemon({ attributes }: GenericAnswer): SyncDaemon | undefined {
  const own = nested(attributes, ATTRIBUTE.daemon);
  if (own === undefined) return undefined;
  const group = own.get(DAEMON.group) ?? own.get(DAEMON.group6);
  return {
    role: number(own.get(DAEMON.state)) === DAEMON_STATE.master ? 'master' : 'backup',
    interface: string(own.get(DAEMON.interface)),
    syncId: number(own.get(DAEMON.syncId)),
    maximumLength: number(own.get(DAEMON.maximumLength)),
    group: group === undefined ? '224.0.0.81' : formatAddress(fromBytes(group)),
    port: number(own.get(DAEMON.port)),
    ttl: number(own.get(DAEMON.ttl)),
  };
}

export function decodeTimeouts({ attributes }: GenericAnswer): Timeouts {
  return {
    tcpSeconds: number(attributes.get(ATTRIBUTE.tcp)),
    tcpFinSeconds: number(attributes.get(ATTRIBUTE.tcpFin)),
    udpSeconds: number(attributes.get(ATTRIBUTE.udp)),
  };
}

/** Buckets of the connection table. */
export function decodeTableSize({ attributes }: GenericAnswer): number {
  return number(attributes.get(INFO.tableSize));
}

/** Kernels before 4.1 have 32-bit figures only. */
function statistics(own: Attributes, wide: number, narrow: number): { counters: Counters; rates: Rates } {
  const figures = nested(own, wide) ?? nested(own, narrow) ?? new Map<number, Uint8Array>();
  const of = (type: number): number => number(figures.get(type));
  return {
    counters: {
      connections: of(STATS.connections),
      inPackets: of(STATS.inPackets),
      outPackets: of(STATS.outPackets),
      inBytes: of(STATS.inBytes),
      outBytes: of(STATS.outBytes),
    },
    rates: {
      connectionsPerSecond: of(STATS.connectionRate),
      inPacketsPerSecond: of(STATS.inPacketRate),
      outPacketsPerSecond: of(STATS.outPacketRate),
      inBytesPerSecond: of(STATS.inByteRate),
      outBytesPerSecond: of(STATS.outByteRate),
    },
  };
}

function nested(attributes: Attributes, type: number): Attributes | undefined {
  const value = attributes.get(type);
  return value === undefined ? undefined : decodeAttributes(value);
}

/** A number of the machine of 1, 2, 4 or 8 bytes; 0 when it is missing. */
function number(value: Uint8Array | undefined): number {
  if (value === undefined) return 0;
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  switch (value.length) {
    case 1:
      return view.getUint8(0);
    case 2:
      return view.getUint16(0, true);
    case 4:
      return view.getUint32(0, true);
    case 8:
      return Number(view.getBigUint64(0, true));
    default:
      return 0;
  }
}

/** In network order. */
function port(value: Uint8Array | undefined): number {
  return ((value?.[0] ?? 0) << 8) | (value?.[1] ?? 0);
}

/** Of union nf_inet_addr: an IPv4 address is in the first four of its 16 bytes. */
function address(value: Uint8Array | undefined, family: Family): string {
  const bytes = value ?? new Uint8Array(16);
  return formatAddress(fromBytes(bytes.subarray(0, family === 4 ? 4 : 16)));
}

function string(value: Uint8Array | undefined): string {
  return new TextDecoder().decode(value ?? new Uint8Array()).replace(/\0.*$/, '');
}
