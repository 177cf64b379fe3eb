import { formatAddress, fromBytes, parseAddress } from '../../address.ts';
import { toLatin1 } from '../../http/octets.ts';
import type { SocketAddress } from '../runtime/session.ts';

/** What stood in front of a connection's octets (The PROXY protocol, versions 1 and 2, sections 2.1 and 2.2). */
export interface ProxyHeader {
  /** Absent: the connection is the proxy's own (LOCAL, UNKNOWN), and its ends are what they are. */
  readonly ends?: { readonly source: SocketAddress; readonly destination: SocketAddress };
  /** Where it ends. */
  readonly at: number;
}

/** `more`: what is there may become a header. `refused`: it cannot. */
export type HeaderProgress = ProxyHeader | 'more' | 'refused';

/** Section 2.1: a line of version 1 has no more octets than that, with its end. */
const LONGEST_LINE = 107;
const SIGNATURE = Uint8Array.of(0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a);
const LINE_START = Uint8Array.of(0x50, 0x52, 0x4f, 0x58, 0x59, 0x20);
const FIXED_OCTETS = 16;

export function readProxyHeader(buffer: Uint8Array, from: number, to: number): HeaderProgress {
  if (from === to) return 'more';
  if (buffer[from] === SIGNATURE[0])
    return startsWith(buffer, from, to, SIGNATURE) ? readBinary(buffer, from, to) : 'refused';
  return startsWith(buffer, from, to, LINE_START) ? readLine(buffer, from, to) : 'refused';
}

/** As far as there are octets. */
function startsWith(buffer: Uint8Array, from: number, to: number, start: Uint8Array): boolean {
  const length = Math.min(start.length, to - from);
  for (let index = 0; index < length; index++) if (buffer[from + index] !== start[index]) return false;
  return true;
}

function readLine(buffer: Uint8Array, from: number, to: number): HeaderProgress {
  const line = toLatin1(buffer, from, Math.min(to, from + LONGEST_LINE));
  const end = line.indexOf('\r\n');
  if (end === -1) return line.length < LONGEST_LINE && !line.includes('\n') ? 'more' : 'refused';
  const words = line.slice(0, end).split(' ');
  const at = from + end + 2;
  if (words[1] === 'UNKNOWN') return { at };
  const [, family, source, destination, sourcePort, destinationPort] = words;
  if (words.length !== 6 || (family !== 'TCP4' && family !== 'TCP6')) return 'refused';
  const ends = [endOf(source, sourcePort, family), endOf(destination, destinationPort, family)] as const;
  return ends[0] === undefined || ends[1] === undefined
    ? 'refused'
    : { at, ends: { source: ends[0], destination: ends[1] } };
}

function endOf(address = '', port = '', family: 'TCP4' | 'TCP6'): SocketAddress | undefined {
  const parsed = parseAddress(address);
  if (parsed === undefined || (parsed.family === 4) !== (family === 'TCP4')) return undefined;
  if (!/^(?:0|[1-9][0-9]{0,4})$/.test(port) || Number(port) > 65_535) return undefined;
  return { address: formatAddress(parsed), port: Number(port) };
}

function readBinary(buffer: Uint8Array, from: number, to: number): HeaderProgress {
  if (to - from < FIXED_OCTETS) return 'more';
  const view = new DataView(buffer.buffer, buffer.byteOffset + from, to - from);
  const [versionAndCommand, familyAndProtocol] = [view.getUint8(12), view.getUint8(13)];
  const length = view.getUint16(14);
  if (versionAndCommand >> 4 !== 2 || (versionAndCommand & 15) > 1) return 'refused';
  if (view.byteLength < FIXED_OCTETS + length) return 'more';
  const at = from + FIXED_OCTETS + length;
  const octets = familyAndProtocol === 0x11 ? 4 : familyAndProtocol === 0x21 ? 16 : undefined;
  // LOCAL, UNSPEC, datagrams and UNIX sockets: nothing that a log could show.
  if ((versionAndCommand & 15) === 0 || octets === undefined) return { at };
  if (length < 2 * octets + 4) return 'refused';
  const address = (offset: number): string =>
    formatAddress(fromBytes(buffer.subarray(from + offset, from + offset + octets)));
  const ports = FIXED_OCTETS + 2 * octets;
  const source = { address: address(FIXED_OCTETS), port: view.getUint16(ports) };
  const destination = { address: address(FIXED_OCTETS + octets), port: view.getUint16(ports + 2) };
  return { at, ends: { source, destination } };
}
