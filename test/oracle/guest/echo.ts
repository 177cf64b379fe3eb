import { gateways, ports, type Port } from './network.ts';

const identifier = 0x7e1e;

/** An ICMP echo request from the port's gateway to the guest. */
export function icmpEcho(port: Port, number: number): Buffer {
  const frame = Buffer.alloc(14 + 20 + 8);
  frame.set(macBytes(ports[port].mac), 0);
  frame.set(macBytes(gateways[port].mac), 6);
  frame.writeUInt16BE(0x0800, 12);
  frame.writeUInt8(0x45, 14);
  frame.writeUInt16BE(28, 16);
  frame.writeUInt8(64, 22);
  frame.writeUInt8(1, 23);
  frame.set(gateways[port].address.split('.').map(Number), 26);
  frame.set(ports[port].address.split('.').map(Number), 30);
  frame.writeUInt16BE(checksum(frame.subarray(14, 34)), 24);
  frame.writeUInt8(8, 34);
  frame.writeUInt16BE(identifier, 38);
  frame.writeUInt16BE(number, 40);
  frame.writeUInt16BE(checksum(frame.subarray(34)), 36);
  return frame;
}

/** Whether a frame is the guest's answer: to this request, or to any. */
export function isEchoReply(frame: Buffer, number?: number): boolean {
  if (frame.length < 42 || frame.readUInt16BE(12) !== 0x0800 || frame[23] !== 1 || frame[34] !== 0) return false;
  return frame.readUInt16BE(38) === identifier && (number === undefined || frame.readUInt16BE(40) === number);
}

export const syncPort = 8848;

/** The UDP payload of a message of connection synchronisation over IPv4; undefined for every other frame. */
export function syncMessage(frame: Buffer): Buffer | undefined {
  const isUdp = frame.length > 42 && frame.readUInt16BE(12) === 0x0800 && frame[23] === 17;
  if (!isUdp || frame.readUInt16BE(36) !== syncPort) return undefined;
  return frame.subarray(42, 14 + frame.readUInt16BE(16));
}

export const macBytes = (mac: string): number[] => mac.split(':').map((part) => Number.parseInt(part, 16));

/** The Internet checksum (RFC 1071) of whole bytes, an odd last one padded with 0. */
export function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const [index, byte] of bytes.entries()) sum += index % 2 === 0 ? byte << 8 : byte;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
