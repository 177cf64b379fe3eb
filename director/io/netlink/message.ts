/**
 * Netlink messages (linux/netlink.h). Headers and most numbers are in the byte order of the machine, little-endian on
 * all machines we run on; nf_tables wants its numbers in network order and takes them as bytes.
 */
export const flags = {
  request: 1,
  acknowledge: 4,
  replace: 0x100,
  dump: 0x300,
  exclusive: 0x200,
  create: 0x400,
  append: 0x800,
} as const;

export interface Message {
  readonly type: number;
  readonly sequence: number;
  /** Everything after the header. */
  readonly payload: Uint8Array;
}

export type Attributes = ReadonlyMap<number, Uint8Array>;

const headerLength = 16;
const nested = 0x8000;
/** NLA_F_NESTED and NLA_F_NET_BYTEORDER share the type's word. */
const attributeTypeMask = 0x3fff;
const align = (length: number): number => (length + 3) & ~3;

export function encodeMessage(
  type: number,
  messageFlags: number,
  sequence: number,
  ...parts: Uint8Array[]
): Uint8Array {
  const payload = concatenate(parts);
  const bytes = new Uint8Array(align(headerLength + payload.length));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, headerLength + payload.length, true);
  view.setUint16(4, type, true);
  view.setUint16(6, messageFlags, true);
  view.setUint32(8, sequence, true);
  bytes.set(payload, headerLength);
  return bytes;
}

export function attribute(type: number, value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(align(4 + value.length));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 4 + value.length, true);
  view.setUint16(2, type, true);
  bytes.set(value, 4);
  return bytes;
}

export function nest(type: number, ...attributes: Uint8Array[]): Uint8Array {
  return attribute(type | nested, concatenate(attributes));
}

/** A NUL-terminated string. */
export function text(value: string): Uint8Array {
  return new TextEncoder().encode(`${value}\0`);
}

export function bigEndian32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** All messages of a datagram; a truncated one ends the list. */
export function decodeMessages(bytes: Uint8Array): Message[] {
  const messages: Message[] = [];
  const view = viewOf(bytes);
  let offset = 0;
  while (offset + headerLength <= bytes.length) {
    const length = view.getUint32(offset, true);
    if (length < headerLength || offset + length > bytes.length) break;
    const payload = bytes.slice(offset + headerLength, offset + length);
    messages.push({
      type: view.getUint16(offset + 4, true),
      sequence: view.getUint32(offset + 8, true),
      payload,
    });
    offset += align(length);
  }
  return messages;
}

export function decodeAttributes(bytes: Uint8Array): Attributes {
  const attributes = new Map<number, Uint8Array>();
  const view = viewOf(bytes);
  let offset = 0;
  while (offset + 4 <= bytes.length) {
    const length = view.getUint16(offset, true);
    if (length < 4 || offset + length > bytes.length) break;
    attributes.set(view.getUint16(offset + 2, true) & attributeTypeMask, bytes.subarray(offset + 4, offset + length));
    offset += align(length);
  }
  return attributes;
}

/** A number of the machine of 32 bits; undefined for anything else. */
export function readUint32(value: Uint8Array | undefined): number | undefined {
  return value?.length === 4 ? viewOf(value).getUint32(0, true) : undefined;
}

/** The negative errno of an NLMSG_ERROR message as a positive number; 0 is an acknowledgement. */
export function errorOf({ payload }: Message): number {
  return -viewOf(payload).getInt32(0, true);
}
