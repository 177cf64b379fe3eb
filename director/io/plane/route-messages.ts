import { fromBytes, toBytes } from '../../engine/address.ts';
import type { Address, Family } from '../../engine/address.ts';
import { attribute, concatenate, decodeAttributes, readUint32, viewOf } from '../netlink/message.ts';
import type { Message } from '../netlink/message.ts';

/** The rtnetlink messages that the packet plane reads and sends (include/uapi/linux/rtnetlink.h, if_link.h, neighbour.h). */
export const RTM_NEWLINK = 16;
export const RTM_DELLINK = 17;
export const RTM_GETLINK = 18;
export const RTM_NEWADDR = 20;
export const RTM_DELADDR = 21;
export const RTM_GETADDR = 22;
export const RTM_NEWROUTE = 24;
export const RTM_DELROUTE = 25;
export const RTM_GETROUTE = 26;
export const RTM_NEWNEIGH = 28;
export const RTM_DELNEIGH = 29;
export const RTM_GETNEIGH = 30;

const AF_INET = 2;
const AF_INET6 = 10;
const familyNumbers = { 4: AF_INET, 6: AF_INET6 } as const;
/** Not usable yet, or not at all, as a source. */
const IFA_F_TENTATIVE = 0x40;
const IFA_F_DADFAILED = 0x08;
const RT_SCOPE_UNIVERSE = 0;

function isIp(family: number | undefined): boolean {
  return family === AF_INET || family === AF_INET6;
}

/** An address of 4 or 16 bytes, which is in network order also here. */
function readAddress(value: Uint8Array | undefined): Address | undefined {
  return value?.length === 4 || value?.length === 16 ? fromBytes(value) : undefined;
}

const ARPHRD_ETHER = 1;
const IFF_UP = 1;
const IFF_LOOPBACK = 8;

const RTA_DST = 1;
const RTA_SRC = 2;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RTA_PREFSRC = 7;
const RTA_METRICS = 8;
const RTA_MARK = 16;
const RTA_VIA = 18;

/** Neighbour states in which the hardware address may be used; the kernel confirms it by itself where it must. */
const NUD_REACHABLE = 0x02;
const NUD_STALE = 0x04;
const NUD_DELAY = 0x08;
const NUD_PROBE = 0x10;
export const NUD_FAILED = 0x20;
export const NUD_PERMANENT = 0x80;
const NUD_NOARP = 0x40;
const NUD_VALID = NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT;
/** States that need no confirmation by use. */
export const NUD_CONFIRMED = NUD_REACHABLE | NUD_PERMANENT | NUD_NOARP;
/** "As if a packet had been sent": starts resolution or confirmation as the state needs it. */
const NTF_USE = 0x01;

export interface LinkMessage {
  readonly index: number;
  readonly name: string;
  readonly mtu: number;
  readonly isUp: boolean;
  readonly isLoopback: boolean;
  /** undefined for links that are no Ethernet. */
  readonly hardwareAddress: Uint8Array | undefined;
}

export function decodeLink(message: Message): LinkMessage {
  const view = viewOf(message.payload);
  const attributes = decodeAttributes(message.payload.subarray(16));
  const name = attributes.get(3) ?? new Uint8Array();
  return {
    index: view.getInt32(4, true),
    name: new TextDecoder().decode(name.subarray(0, Math.max(name.length - 1, 0))),
    mtu: readUint32(attributes.get(4)) ?? 0,
    isUp: (view.getUint32(8, true) & IFF_UP) !== 0,
    isLoopback: (view.getUint32(8, true) & IFF_LOOPBACK) !== 0,
    hardwareAddress: view.getUint16(2, true) === ARPHRD_ETHER ? attributes.get(1) : undefined,
  };
}

export interface AddressMessage {
  readonly index: number;
  readonly address: Address;
  /** Fit to be the source of what goes to anybody: not of the link alone, not still being probed. */
  readonly isUsable: boolean;
}

export function decodeAddress(message: Message): AddressMessage | undefined {
  if (!isIp(message.payload[0])) return undefined;
  const attributes = decodeAttributes(message.payload.subarray(8));
  const address = readAddress(attributes.get(2)) ?? readAddress(attributes.get(1));
  if (address === undefined) return undefined;
  const flags = (message.payload[2] ?? 0) & (IFA_F_TENTATIVE | IFA_F_DADFAILED);
  const isUsable = flags === 0 && message.payload[3] === RT_SCOPE_UNIVERSE;
  return { index: viewOf(message.payload).getUint32(4, true), address, isUsable };
}

export interface NeighbourMessage {
  readonly index: number;
  readonly address: Address;
  readonly state: number;
  /** Only while it may be used. */
  readonly hardwareAddress: Uint8Array | undefined;
}

export function decodeNeighbour(message: Message): NeighbourMessage | undefined {
  if (!isIp(message.payload[0])) return undefined;
  const view = viewOf(message.payload);
  const attributes = decodeAttributes(message.payload.subarray(12));
  const address = readAddress(attributes.get(1));
  if (address === undefined) return undefined;
  const state = view.getUint16(8, true);
  const hardwareAddress = attributes.get(2);
  const isUsable = (state & NUD_VALID) !== 0 && hardwareAddress?.length === 6;
  return { index: view.getInt32(4, true), address, state, hardwareAddress: isUsable ? hardwareAddress : undefined };
}

/** Asks the kernel to find out, or to confirm, where a neighbour is. */
export function encodeUseNeighbour(index: number, address: Address): Uint8Array {
  const fixed = new Uint8Array(12);
  fixed[0] = familyNumbers[address.family];
  viewOf(fixed).setInt32(4, index, true);
  fixed[10] = NTF_USE;
  return concatenate([fixed, attribute(1, toBytes(address))]);
}

/** Makes the kernel forget where a neighbour was; the entry itself stays. To be sent with NLM_F_REPLACE. */
export function encodeForgetNeighbour(index: number, address: Address): Uint8Array {
  const message = encodeUseNeighbour(index, address);
  message[10] = 0;
  return message;
}

export interface RouteMessage {
  readonly type: number;
  readonly index: number;
  /** Next hop, which may be of the other family; undefined when the destination is on the link itself. */
  readonly gateway: Address | undefined;
  /** The route's own MTU, where it has one. */
  readonly mtu: number | undefined;
  /** The address that the kernel would send from. */
  readonly source: Address | undefined;
}

export const RTN_UNICAST = 1;
export const RTN_LOCAL = 2;

/** Asks for the route to one destination, from `source` and for packets with `mark`, where these are given. */
export function encodeRouteRequest(destination: Address, source: Address | undefined, mark = 0): Uint8Array {
  const fixed = new Uint8Array(12);
  const bits = destination.family === 4 ? 32 : 128;
  fixed[0] = familyNumbers[destination.family];
  fixed[1] = bits;
  const parts = [fixed, attribute(RTA_DST, toBytes(destination))];
  if (source !== undefined) {
    fixed[2] = bits;
    parts.push(attribute(RTA_SRC, toBytes(source)));
  }
  if (mark !== 0) parts.push(attribute(RTA_MARK, new Uint8Array(Uint32Array.of(mark).buffer)));
  return concatenate(parts);
}

export function decodeRoute(message: Message): RouteMessage {
  const attributes = decodeAttributes(message.payload.subarray(12));
  const metrics = attributes.get(RTA_METRICS);
  // struct rtvia: the next hop's family, then its address.
  const via = attributes.get(RTA_VIA)?.subarray(2);
  return {
    type: message.payload[7] ?? 0,
    index: readUint32(attributes.get(RTA_OIF)) ?? 0,
    gateway: readAddress(attributes.get(RTA_GATEWAY) ?? via),
    mtu: metrics === undefined ? undefined : readUint32(decodeAttributes(metrics).get(2)),
    source: readAddress(attributes.get(RTA_PREFSRC)),
  };
}

/** struct rtgenmsg, enough for every dump. */
export function encodeDumpRequest(family: Family): Uint8Array {
  const fixed = new Uint8Array(16);
  fixed[0] = familyNumbers[family];
  return fixed;
}
