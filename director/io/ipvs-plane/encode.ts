import type {
  ForwardingMethod,
  SchedulerFlag,
  ServerDefinition,
  ServerKey,
  ServiceDefinition,
  ServiceKey,
  SyncDaemon,
  TableCommand,
  Timeouts,
  Tunnel,
} from '../../api/table.ts';
import { parseAddress, toBytes } from '../../engine/address.ts';
import type { Family } from '../../engine/address.ts';
import { attribute, concatenate, nest, text } from '../netlink/message.ts';
import {
  AF_INET,
  AF_INET6,
  ATTRIBUTE,
  COMMAND,
  DAEMON,
  DAEMON_STATE,
  IPPROTO_TCP,
  IPPROTO_UDP,
  SERVER,
  SERVICE,
  SERVICE_FLAG,
} from './numbers.ts';

const FORWARDING: Record<ForwardingMethod, number> = { masq: 0, local: 1, ipip: 2, gate: 3 };
const TUNNEL_TYPES: Record<Tunnel['type'], number> = { ipip: 0, gue: 1, gre: 2 };
const TUNNEL_CHECKSUMS: Record<Tunnel['checksum'], number> = { none: 0, checksum: 1, 'remote-checksum': 2 };
const SCHEDULER_FLAGS: Record<SchedulerFlag, number> = {
  'sh-fallback': SERVICE_FLAG.scheduler1,
  'mh-fallback': SERVICE_FLAG.scheduler1,
  'flag-1': SERVICE_FLAG.scheduler1,
  'sh-port': SERVICE_FLAG.scheduler2,
  'mh-port': SERVICE_FLAG.scheduler2,
  'flag-2': SERVICE_FLAG.scheduler2,
  'flag-3': SERVICE_FLAG.scheduler3,
};
const ALL_BITS = 0xffff_ffff;
const IPV6_PREFIX = 128;

export interface EncodedCommand {
  readonly command: number;
  readonly attributes: Uint8Array;
}

/** A command whose text is not what it has to be: an address that is none. */
export class BadCommandError extends Error {
  override readonly name = 'BadCommandError';
}

/** All commands but `set-sysctl`, which is not netlink's. Throws BadCommandError. */
export function encodeCommand(command: Exclude<TableCommand, { type: 'set-sysctl' }>): EncodedCommand {
  switch (command.type) {
    case 'add-service':
      return { command: COMMAND.newService, attributes: service(command.service) };
    case 'edit-service':
      return { command: COMMAND.setService, attributes: service(command.service) };
    case 'delete-service':
      return { command: COMMAND.deleteService, attributes: serviceKey(command.service) };
    case 'add-server':
      return { command: COMMAND.newServer, attributes: serverOf(command.service, server(command.server)) };
    case 'edit-server':
      return { command: COMMAND.setServer, attributes: serverOf(command.service, server(command.server)) };
    case 'delete-server':
      return { command: COMMAND.deleteServer, attributes: serverOf(command.service, serverKey(command.server)) };
    case 'flush':
      return { command: COMMAND.flush, attributes: new Uint8Array() };
    case 'zero':
      return {
        command: COMMAND.zero,
        attributes: command.service === undefined ? new Uint8Array() : serviceKey(command.service),
      };
    case 'set-timeouts':
      return { command: COMMAND.setConfig, attributes: timeouts(command.timeouts) };
    case 'start-sync':
      return { command: COMMAND.newDaemon, attributes: nest(ATTRIBUTE.daemon, ...daemon(command.daemon)) };
    case 'stop-sync':
      return {
        command: COMMAND.deleteDaemon,
        attributes: nest(ATTRIBUTE.daemon, attribute(DAEMON.state, u32(DAEMON_STATE[command.role]))),
      };
  }
}

/** What identifies a service; for `getServer` dumps as well. */
export function serviceKey(key: ServiceKey): Uint8Array {
  return nest(ATTRIBUTE.service, ...keyAttributes(key));
}

function service(definition: ServiceDefinition): Uint8Array {
  const { scheduler, schedulerFlags, persistence, onePacket } = definition;
  const family = familyOf(definition.address);
  let flags = persistence === undefined ? 0 : SERVICE_FLAG.persistent;
  if (onePacket) flags |= SERVICE_FLAG.onePacket;
  for (const flag of schedulerFlags) flags |= SCHEDULER_FLAGS[flag];
  return nest(
    ATTRIBUTE.service,
    ...keyAttributes(definition),
    attribute(SERVICE.scheduler, text(scheduler)),
    ...(persistence?.engine === undefined ? [] : [attribute(SERVICE.engine, text(persistence.engine))]),
    // Flags and the mask of those that are meant.
    attribute(SERVICE.flags, concatenate([u32(flags), u32(ALL_BITS)])),
    attribute(SERVICE.timeout, u32(persistence?.timeoutSeconds ?? 0)),
    attribute(SERVICE.netmask, netmask(persistence?.mask, family)),
  );
}

/** Dotted in network order for IPv4, the prefix length as a number of the machine for IPv6. */
function netmask(mask: string | undefined, family: Family): Uint8Array {
  if (family === 6) return u32(mask === undefined ? IPV6_PREFIX : Number(mask));
  return mask === undefined ? u32(ALL_BITS) : bytesOf(mask, 4);
}

function keyAttributes({ protocol, address, port, mark }: ServiceKey): Uint8Array[] {
  const family = attribute(SERVICE.family, u16(familyOf(address) === 4 ? AF_INET : AF_INET6));
  if (protocol === 'FWM') return [family, attribute(SERVICE.mark, u32(mark ?? 0))];
  return [
    family,
    attribute(SERVICE.protocol, u16(protocol === 'TCP' ? IPPROTO_TCP : IPPROTO_UDP)),
    attribute(SERVICE.address, union(address)),
    attribute(SERVICE.port, portBytes(port)),
  ];
}

function serverOf(key: ServiceKey, ...attributes: Uint8Array[][]): Uint8Array {
  return concatenate([serviceKey(key), nest(ATTRIBUTE.server, ...attributes.flat())]);
}

function serverKey({ address, port }: ServerKey): Uint8Array[] {
  return [
    attribute(SERVER.family, u16(familyOf(address) === 4 ? AF_INET : AF_INET6)),
    attribute(SERVER.address, union(address)),
    attribute(SERVER.port, portBytes(port)),
  ];
}

function server(definition: ServerDefinition): Uint8Array[] {
  const { forwarding, weight, upperThreshold, lowerThreshold, tunnel } = definition;
  return [
    ...serverKey(definition),
    attribute(SERVER.forwarding, u32(FORWARDING[forwarding])),
    attribute(SERVER.weight, u32(weight)),
    attribute(SERVER.tunnelType, Uint8Array.of(tunnel === undefined ? 0 : TUNNEL_TYPES[tunnel.type])),
    attribute(SERVER.tunnelPort, portBytes(tunnel?.port ?? 0)),
    attribute(SERVER.tunnelFlags, u16(tunnel === undefined ? 0 : TUNNEL_CHECKSUMS[tunnel.checksum])),
    attribute(SERVER.upperThreshold, u32(upperThreshold)),
    attribute(SERVER.lowerThreshold, u32(lowerThreshold)),
  ];
}

/** 0 leaves a timeout as it is, which the kernel does with those that are not named; -S and --set send all. */
function timeouts({ tcpSeconds, tcpFinSeconds, udpSeconds }: Timeouts): Uint8Array {
  const wanted = [
    [ATTRIBUTE.tcp, tcpSeconds],
    [ATTRIBUTE.tcpFin, tcpFinSeconds],
    [ATTRIBUTE.udp, udpSeconds],
  ] as const;
  return concatenate(wanted.map(([type, seconds]) => attribute(type, u32(seconds))));
}

function daemon({ role, interface: name, syncId, maximumLength, group, port, ttl }: SyncDaemon): Uint8Array[] {
  const isIpv4 = familyOf(group) === 4;
  return [
    attribute(DAEMON.state, u32(DAEMON_STATE[role])),
    attribute(DAEMON.interface, text(name)),
    attribute(DAEMON.syncId, u32(syncId)),
    ...(maximumLength === 0 ? [] : [attribute(DAEMON.maximumLength, u16(maximumLength))]),
    attribute(isIpv4 ? DAEMON.group : DAEMON.group6, bytesOf(group, isIpv4 ? 4 : 16)),
    attribute(DAEMON.port, u16(port)),
    attribute(DAEMON.ttl, Uint8Array.of(ttl)),
  ];
}

function familyOf(text: string): Family {
  return parsed(text).family;
}

function parsed(text: string): NonNullable<ReturnType<typeof parseAddress>> {
  const address = parseAddress(text);
  if (address === undefined) throw new BadCommandError(`${text} is not an address`);
  return address;
}

function bytesOf(text: string, size: number): Uint8Array {
  const bytes = toBytes(parsed(text));
  if (bytes.length !== size) throw new BadCommandError(`${text} is of the wrong family`);
  return bytes;
}

/** union nf_inet_addr: 16 bytes, of which an IPv4 address fills the first four. */
function union(text: string): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.set(toBytes(parsed(text)));
  return bytes;
}

function u16(value: number): Uint8Array {
  const bytes = new Uint8Array(2);
  new DataView(bytes.buffer).setUint16(0, value, true);
  return bytes;
}

function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

/** In network order. */
function portBytes(port: number): Uint8Array {
  return Uint8Array.of(port >> 8, port & 0xff);
}
