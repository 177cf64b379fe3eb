import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../../engine/address.ts';
import { frame as build } from '../../../engine/packet/packet-builder.ts';
import type { Packet } from '../../../engine/packet/packet.ts';
import { decrementTimeToLive, rewriteDestination, rewriteSource } from '../../../engine/packet/rewrite.ts';
import { encodeKey, encodeLease, leaseAt, orderAt, readUsage } from './lease.ts';
import type { LeasedFlow, LeasedWay } from './lease.ts';

const words = (text: string): Uint32Array => parseAddress(text)?.words ?? expect.fail(text);
const hardwareAddresses = Uint8Array.of(2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2);

function flowOf(packet: Packet): LeasedFlow {
  const { family, protocol, addresses, sourcePort, destinationPort } = packet;
  const [source, destination] = [addresses.slice(0, 4), addresses.slice(4)];
  return { family, protocol, source, destination, sourcePort, destinationPort };
}

/** RFC 1071: what the kernel's csum_replace_by_diff does to a checksum in memory. */
function addDifference(view: DataView, at: number, difference: number): void {
  let sum = (~view.getUint16(at) & 0xffff) + difference;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  view.setUint16(at, ~sum & 0xffff);
}

/** What the forwarding program does with an order, apart from the kernel's ways of doing it. */
function carryOut({ bytes, start }: Packet, lease: Uint8Array): Uint8Array {
  const out = bytes.slice(start);
  const view = new DataView(out.buffer);
  const order = new DataView(lease.buffer, leaseAt.order);
  const isIpv4 = order.getUint8(orderAt.family) === 4;
  if (order.getUint8(orderAt.translates) === 1) {
    const checksum = order.getUint8(orderAt.checksumOffset);
    addDifference(view, checksum, order.getUint16(orderAt.addressDelta));
    const change = (~order.getUint16(orderAt.portBefore) & 0xffff) + order.getUint16(orderAt.portAfter);
    addDifference(view, checksum, change);
    view.setUint16(order.getUint8(orderAt.portOffset), order.getUint16(orderAt.portAfter));
    const address = lease.subarray(leaseAt.order + orderAt.address).subarray(0, isIpv4 ? 4 : 16);
    out.set(address, order.getUint8(orderAt.addressOffset));
  }
  if (isIpv4) addDifference(view, 24, order.getUint16(orderAt.headerDelta));
  const hops = isIpv4 ? 22 : 21;
  view.setUint8(hops, view.getUint8(hops) - 1);
  return out;
}

const cases = [
  ['TCP over IPv4', () => build('192.168.1.10', '192.168.1.200').tcp(40_000, 80, 'ACK').data(new Uint8Array(9))],
  ['UDP over IPv4', () => build('192.168.1.10', '192.168.1.200').udp(40_000, 53).data(new Uint8Array(30))],
  ['TCP over IPv6', () => build('2001:db8::10', '2001:db8::200').tcp(40_000, 80, 'ACK').data(new Uint8Array(9))],
  ['UDP over IPv6', () => build('2001:db8::10', '2001:db8::200').udp(40_000, 53).data(new Uint8Array(30))],
] as const;

describe('an order', () => {
  it.each(cases)('changes a packet to the server as the engine does: %s', (_, make) => {
    const packet = make().packet();
    const address = words(packet.family === 4 ? '10.0.100.2' : 'fd00:a::2');
    const way: LeasedWay = {
      interfaceIndex: 3,
      mtu: 1500,
      hardwareAddresses,
      translation: { end: 'destination', address, port: 8080 },
    };
    const leased = carryOut(packet, encodeLease(flowOf(packet), way, 0n));
    rewriteDestination(packet, address, 0, 8080);
    decrementTimeToLive(packet);
    expect(Buffer.from(leased)).toEqual(Buffer.from(packet.bytes.slice(packet.start)));
  });

  it.each(cases)('changes a packet to the client as the engine does: %s', (_, make) => {
    const packet = make().packet();
    const address = words(packet.family === 4 ? '192.168.1.222' : '2001:db8::222');
    const way: LeasedWay = {
      interfaceIndex: 3,
      mtu: 1500,
      hardwareAddresses,
      translation: { end: 'source', address, port: 443 },
    };
    const leased = carryOut(packet, encodeLease(flowOf(packet), way, 0n));
    rewriteSource(packet, address, 0, 443);
    decrementTimeToLive(packet);
    expect(Buffer.from(leased)).toEqual(Buffer.from(packet.bytes.slice(packet.start)));
  });

  it.each(cases)('without a translation only takes a hop: %s', (_, make) => {
    const packet = make().packet();
    const leased = carryOut(
      packet,
      encodeLease(flowOf(packet), { interfaceIndex: 3, mtu: 1500, hardwareAddresses }, 0n),
    );
    decrementTimeToLive(packet);
    expect(Buffer.from(leased)).toEqual(Buffer.from(packet.bytes.slice(packet.start)));
  });
});

describe('a lease', () => {
  const flow = flowOf(cases[0][1]().packet());

  it('is found by addresses, ports, family and protocol in network order', () => {
    expect(Buffer.from(encodeKey(flow)).toString('hex')).toBe(
      `${'00'.repeat(12)}c0a8010a${'00'.repeat(12)}c0a801c89c400050` + '06040000',
    );
  });

  it('tells what was forwarded', () => {
    const lease = new DataView(encodeLease(flow, { interfaceIndex: 3, mtu: 1500, hardwareAddresses }, 7n).buffer);
    lease.setBigUint64(leaseAt.packets, 5n, true);
    lease.setBigUint64(leaseAt.bytes, 5_000_000_000n, true);
    expect(readUsage(lease)).toEqual({ packets: 5, bytes: 5_000_000_000 });
    expect(lease.getBigUint64(leaseAt.until, true)).toBe(7n);
  });
});
