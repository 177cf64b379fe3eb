import { ipv4ToNumber } from './addresses.ts';

/**
 * A gratuitous ARP as a whole Ethernet frame: a broadcast request in which sender and target address are the virtual
 * address and the target hardware address is all ones, as keepalived sends it (RFC 5227 section 3 would leave it zero;
 * receivers look at neither).
 */
export function gratuitousArpFrame(hardwareAddress: Uint8Array, address: string): Uint8Array {
  const frame = new Uint8Array(42);
  const view = new DataView(frame.buffer);
  frame.fill(0xff, 0, 6);
  frame.set(hardwareAddress, 6);
  view.setUint16(12, 0x0806);
  view.setUint16(14, 1); // hardware type Ethernet
  view.setUint16(16, 0x0800); // protocol type IPv4
  frame.set([6, 4], 18); // address lengths
  view.setUint16(20, 1); // request
  frame.set(hardwareAddress, 22);
  view.setUint32(28, ipv4ToNumber(address));
  frame.fill(0xff, 32, 38);
  view.setUint32(38, ipv4ToNumber(address));
  return frame;
}
