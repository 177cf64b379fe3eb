import { parseAddress, toBytes, type Family } from '../../../director/engine/address.ts';
import { checksum, macBytes } from '../guest/echo.ts';

export const TCP = 6;
export const UDP = 17;
export const tcpFlags = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16 } as const;

export interface Datagram {
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  readonly timeToLive: number;
  /** Type of service, or traffic class. */
  readonly serviceType: number;
  /** IPv4 identification; unused for IPv6. */
  readonly identification: number;
  readonly doNotFragment: boolean;
  readonly body: Uint8Array;
}

export function addressBytes(text: string): Uint8Array {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`${text} is no address.`);
  return toBytes(address);
}

export const familyOf = (address: string): Family => (address.includes(':') ? 6 : 4);

/** The IP datagram with right lengths and checksums, also that of its TCP, UDP or ICMP body. */
export function encode(datagram: Datagram): Buffer {
  const source = addressBytes(datagram.source);
  const destination = addressBytes(datagram.destination);
  const header = source.length === 4 ? header4(datagram) : header6(datagram);
  const body = Buffer.from(datagram.body);
  const at = checksumOffset(datagram.protocol);
  if (at !== undefined) {
    const pseudo = Buffer.alloc(4);
    pseudo.writeUInt16BE(datagram.protocol, 0);
    pseudo.writeUInt16BE(body.length, 2);
    const covered = datagram.protocol === 1 ? body : Buffer.concat([source, destination, pseudo, body]);
    const sum = checksum(covered);
    body.writeUInt16BE(sum === 0 && datagram.protocol === UDP ? 0xffff : sum, at);
  }
  return Buffer.concat([header, body]);
}

const checksumOffset = (protocol: number): number | undefined =>
  new Map([
    [TCP, 16],
    [UDP, 6],
    [1, 2],
    [58, 2],
  ]).get(protocol);

function header4(datagram: Datagram): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt8(0x45, 0);
  header.writeUInt8(datagram.serviceType, 1);
  header.writeUInt16BE(20 + datagram.body.length, 2);
  header.writeUInt16BE(datagram.identification, 4);
  header.writeUInt16BE(datagram.doNotFragment ? 0x4000 : 0, 6);
  header.writeUInt8(datagram.timeToLive, 8);
  header.writeUInt8(datagram.protocol, 9);
  header.set(addressBytes(datagram.source), 12);
  header.set(addressBytes(datagram.destination), 16);
  header.writeUInt16BE(checksum(header), 10);
  return header;
}

function header6(datagram: Datagram): Buffer {
  const header = Buffer.alloc(40);
  header.writeUInt32BE(((6 << 28) | (datagram.serviceType << 20)) >>> 0, 0);
  header.writeUInt16BE(datagram.body.length, 4);
  header.writeUInt8(datagram.protocol, 6);
  header.writeUInt8(datagram.timeToLive, 7);
  header.set(addressBytes(datagram.source), 8);
  header.set(addressBytes(datagram.destination), 24);
  return header;
}

export function udp(sourcePort: number, destinationPort: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16BE(sourcePort, 0);
  header.writeUInt16BE(destinationPort, 2);
  header.writeUInt16BE(8 + payload.length, 4);
  return Buffer.concat([header, payload]);
}

export function tcp(
  ports: { readonly source: number; readonly destination: number },
  flags: number,
  numbers: { readonly sequence: number; readonly acknowledgement: number },
  payload: Uint8Array,
): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt16BE(ports.source, 0);
  header.writeUInt16BE(ports.destination, 2);
  header.writeUInt32BE(numbers.sequence, 4);
  header.writeUInt32BE(numbers.acknowledgement, 8);
  header.writeUInt8(5 << 4, 12);
  header.writeUInt8(flags, 13);
  header.writeUInt16BE(64_240, 14);
  return Buffer.concat([header, payload]);
}

/** An Ethernet frame around an IP datagram. */
export function ethernet(destination: string, source: string, datagram: Uint8Array): Buffer {
  const type = (datagram[0] ?? 0) >> 4 === 4 ? [0x08, 0x00] : [0x86, 0xdd];
  return Buffer.concat([Uint8Array.from([...macBytes(destination), ...macBytes(source), ...type]), datagram]);
}
