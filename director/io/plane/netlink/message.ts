import { fromBytes } from '../../../engine/address.ts';
import type { Address } from '../../../engine/address.ts';

/**
 * Netlink messages (man 7 netlink, 7 rtnetlink): a 16-byte header, a fixed part that depends on the type, then attributes.
 * Netlink speaks the machine's byte order, which is little-endian on every machine this runs on (x86-64, arm64).
 */
const LITTLE_ENDIAN = true;
const HEADER = 16;
const ATTRIBUTE_HEADER = 4;
/** NLA_F_NESTED and NLA_F_NET_BYTEORDER share the type's word. */
const ATTRIBUTE_TYPE_MASK = 0x3fff;

export const NLM_F_REQUEST = 0x1;
export const NLM_F_ACK = 0x4;
export const NLM_F_REPLACE = 0x100;
export const NLM_F_DUMP = 0x300;
export const NLM_F_CREATE = 0x400;

export const NLMSG_ERROR = 2;
export const NLMSG_DONE = 3;

export interface NetlinkMessage {
  readonly type: number;
  readonly sequence: number;
  /** Everything after the header. */
  readonly payload: Uint8Array;
}

export type Attributes = ReadonlyMap<number, Uint8Array>;

function align(length: number): number {
  return (length + 3) & ~3;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function encodeMessage(type: number, flags: number, sequence: number, payload: Uint8Array): Uint8Array {
  const message = new Uint8Array(HEADER + payload.length);
  const view = viewOf(message);
  view.setUint32(0, message.length, LITTLE_ENDIAN);
  view.setUint16(4, type, LITTLE_ENDIAN);
  view.setUint16(6, flags, LITTLE_ENDIAN);
  view.setUint32(8, sequence, LITTLE_ENDIAN);
  message.set(payload, HEADER);
  return message;
}

/** The messages of one datagram; a cut-off rest is left out. */
export function decodeMessages(datagram: Uint8Array): NetlinkMessage[] {
  const view = viewOf(datagram);
  const messages: NetlinkMessage[] = [];
  let at = 0;
  while (at + HEADER <= datagram.length) {
    const length = view.getUint32(at, LITTLE_ENDIAN);
    if (length < HEADER || at + length > datagram.length) break;
    messages.push({
      type: view.getUint16(at + 4, LITTLE_ENDIAN),
      sequence: view.getUint32(at + 8, LITTLE_ENDIAN),
      payload: datagram.slice(at + HEADER, at + length),
    });
    at += align(length);
  }
  return messages;
}

/** A fixed part followed by attributes. */
export function encodePayload(fixed: Uint8Array, attributes: readonly (readonly [number, Uint8Array])[]): Uint8Array {
  const size = attributes.reduce((total, [, value]) => total + ATTRIBUTE_HEADER + align(value.length), fixed.length);
  const payload = new Uint8Array(size);
  const view = viewOf(payload);
  payload.set(fixed);
  let at = fixed.length;
  for (const [type, value] of attributes) {
    view.setUint16(at, ATTRIBUTE_HEADER + value.length, LITTLE_ENDIAN);
    view.setUint16(at + 2, type, LITTLE_ENDIAN);
    payload.set(value, at + ATTRIBUTE_HEADER);
    at += ATTRIBUTE_HEADER + align(value.length);
  }
  return payload;
}

/** The attributes after a fixed part of `fixed` bytes. */
export function decodeAttributes(payload: Uint8Array, fixed: number): Attributes {
  const view = viewOf(payload);
  const attributes = new Map<number, Uint8Array>();
  let at = fixed;
  while (at + ATTRIBUTE_HEADER <= payload.length) {
    const length = view.getUint16(at, LITTLE_ENDIAN);
    if (length < ATTRIBUTE_HEADER || at + length > payload.length) break;
    const type = view.getUint16(at + 2, LITTLE_ENDIAN) & ATTRIBUTE_TYPE_MASK;
    attributes.set(type, payload.subarray(at + ATTRIBUTE_HEADER, at + length));
    at += align(length);
  }
  return attributes;
}

/** An attribute in the machine's byte order. */
export function readUint32(value: Uint8Array | undefined): number | undefined {
  return value?.length === 4 ? viewOf(value).getUint32(0, LITTLE_ENDIAN) : undefined;
}

/** An address of 4 or 16 bytes, which is in network order also here. */
export function readAddress(value: Uint8Array | undefined): Address | undefined {
  return value?.length === 4 || value?.length === 16 ? fromBytes(value) : undefined;
}

/** The negative errno of an NLMSG_ERROR message as a positive number; 0 is an acknowledgement. */
export function errorOf(message: NetlinkMessage): number {
  return -viewOf(message.payload).getInt32(0, LITTLE_ENDIAN);
}
