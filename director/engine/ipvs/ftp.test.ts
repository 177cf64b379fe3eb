import { beforeEach, describe, expect, it } from 'vitest';
import { frame, hasGoodChecksums } from '../packet/packet-builder.ts';
import type { FrameBuilder } from '../packet/packet-builder.ts';
import { ForwarderBench, service } from './forwarder-bench.ts';
import { readExtendedPassiveReply, readExtendedPortCommand, readPassiveReply, readPortCommand } from './ftp-text.ts';
import { SequenceShift } from './sequence-shift.ts';

const CLIENT = '192.168.1.10';
const VIRTUAL = '192.168.1.202';
const SERVER = '10.0.100.2';

let bench: ForwarderBench;
const request = (flags: string, numbers = {}): FrameBuilder => frame(CLIENT, VIRTUAL).tcp(40000, 21, flags, numbers);
const answer = (flags: string, numbers = {}): FrameBuilder => frame(SERVER, CLIENT).tcp(21, 40000, flags, numbers);

beforeEach(() => {
  bench = new ForwarderBench();
  bench.hold(VIRTUAL);
  bench.apply(service('TCP', `${VIRTUAL}:21`, { [`${SERVER}:21`]: 1 }));
  bench.send(request('SYN'));
  bench.send(answer('SYN+ACK'));
  bench.send(request('ACK'));
});

const textOf = (datagram: Uint8Array | undefined): string => Buffer.from(datagram?.subarray(40) ?? []).toString();
const numberAt = (datagram: Uint8Array | undefined, at: number): number =>
  new DataView(datagram?.slice().buffer ?? new ArrayBuffer(64)).getUint32(at);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('what FTP says', () => {
  it.each([
    ['227 Entering Passive Mode (10,0,100,2,195,80).\r\n', '10,0,100,2,195,80', 50000],
    ['227 Entering Passive Mode 10,0,100,2,195,80\r\n', '10,0,100,2,195,80', 50000],
  ])('is read: %s', (text, numbers, port) => {
    const found = readPassiveReply(bytes(text));
    expect(found?.port).toBe(port);
    expect(text.slice(found?.start, found?.end)).toBe(numbers);
  });

  it.each(['227 (10,0,100,2,300,80)', '227 nothing', '226 (1,2,3,4,5,6)', 'x227 (1,2,3,4,5,6)', '227 (1,2,3,4,0,0)'])(
    'is nothing: %s',
    (text) => {
      expect(readPassiveReply(bytes(text))).toBeUndefined();
    },
  );

  it('is read in all four forms', () => {
    expect(readPortCommand(bytes('port 192,168,1,10,195,80\r\n'))?.port).toBe(50000);
    expect(readExtendedPassiveReply(bytes('229 Entering Extended Passive Mode (|||50000|)\r\n'))).toBe(50000);
    expect(readExtendedPassiveReply(bytes('229 (|||70000|)'))).toBeUndefined();
    expect(readExtendedPortCommand(bytes('EPRT |1|192.168.1.10|50000|\r\n'))?.port).toBe(50000);
    expect(readExtendedPortCommand(bytes('EPRT |2|2001:db8::10|50000|\r\n'))?.address.family).toBe(6);
    expect(readExtendedPortCommand(bytes('EPRT |2|192.168.1.10|50000|\r\n'))).toBeUndefined();
  });
});

describe('passive FTP', () => {
  const reply = '227 Entering Passive Mode (10,0,100,2,195,80).\r\n';
  const rewritten = '227 Entering Passive Mode (192,168,1,202,195,80).\r\n';

  it('tells the client the virtual address, with right lengths and checksums', () => {
    const sent = bench.send(answer('ACK+PSH', { sequence: 5000 }).data(reply));
    expect(textOf(sent.datagram)).toBe(rewritten);
    expect(sent.datagram).toHaveLength(40 + rewritten.length);
    expect(hasGoodChecksums(sent.datagram ?? new Uint8Array())).toBe(true);
  });

  it('keeps a checksum that the device finishes one that it can finish', () => {
    const sent = bench.send(answer('ACK+PSH').data(reply).partial());
    expect(hasGoodChecksums(sent.datagram ?? new Uint8Array(), true)).toBe(true);
  });

  it('shifts what the server sends afterwards, and the acknowledgements that come back', () => {
    const longer = rewritten.length - reply.length;
    bench.send(answer('ACK+PSH', { sequence: 5000 }).data(reply));
    const after = 5000 + reply.length;
    const next = bench.send(answer('ACK+PSH', { sequence: after }).data('226 Done.\r\n'));
    expect(numberAt(next.datagram, 24)).toBe(after + longer);
    const acknowledged = bench.send(request('ACK', { acknowledgement: after + longer }));
    expect(numberAt(acknowledged.datagram, 28)).toBe(after);
    for (const { datagram } of [next, acknowledged]) expect(hasGoodChecksums(datagram ?? new Uint8Array())).toBe(true);
    // The reply once more: it begins where it began, and is counted once.
    const again = bench.send(answer('ACK+PSH', { sequence: 5000 }).data(reply));
    expect([numberAt(again.datagram, 24), textOf(again.datagram)]).toEqual([5000, rewritten]);
    expect(numberAt(bench.send(answer('ACK', { sequence: after }).data('x')).datagram, 24)).toBe(after + longer);
  });

  it('lets the client’s data connection through to the server that said so', () => {
    bench.send(answer('ACK+PSH').data(reply));
    const data = bench.send(frame(CLIENT, VIRTUAL).tcp(41000, 50000, 'SYN'));
    expect(data.datagram).toEqual(frame(CLIENT, SERVER).ttl(63).tcp(41000, 50000, 'SYN').datagram());
    const back = bench.send(frame(SERVER, CLIENT).tcp(50000, 41000, 'SYN+ACK'));
    expect(back.datagram).toEqual(frame(VIRTUAL, CLIENT).ttl(63).tcp(50000, 41000, 'SYN+ACK').datagram());
  });

  it('gives other ports of the address to the local stack', () => {
    for (const flags of ['SYN', 'ACK'])
      expect(bench.send(frame(CLIENT, VIRTUAL).tcp(41000, 50001, flags)).via).toBe('local stack');
  });

  it('follows the extended form, which carries no address', () => {
    const sent = bench.send(answer('ACK+PSH').data('229 Entering Extended Passive Mode (|||50000|)\r\n'));
    expect(textOf(sent.datagram)).toContain('(|||50000|)');
    expect(bench.send(frame(CLIENT, VIRTUAL).tcp(41000, 50000, 'SYN')).via).toBe(SERVER);
  });

  it('asks for the packet again when there is no room for a longer text', () => {
    const packet = answer('ACK+PSH').data(reply).segments(20);
    expect(bench.send(packet).verdict).toBe('drop: ftp');
  });
});

describe('active FTP', () => {
  it.each(['PORT 192,168,1,10,195,80\r\n', 'EPRT |1|192.168.1.10|50000|\r\n'])(
    'lets the server come: %s',
    (command) => {
      expect(textOf(bench.send(request('ACK+PSH').data(command)).datagram)).toBe(command);
      expect(bench.expected).toEqual(['192.168.1.10 50000']);
      const data = bench.send(frame(SERVER, CLIENT).tcp(20, 50000, 'SYN'));
      expect(data.datagram).toEqual(frame(VIRTUAL, CLIENT).ttl(63).tcp(20, 50000, 'SYN').datagram());
      const back = bench.send(frame(CLIENT, VIRTUAL).tcp(50000, 20, 'SYN+ACK'));
      expect(back.datagram).toEqual(frame(CLIENT, SERVER).ttl(63).tcp(50000, 20, 'SYN+ACK').datagram());
    },
  );

  it('is not let in by a command that is split', () => {
    bench.send(request('ACK+PSH').data('PORT 192,168,1,'));
    bench.send(request('ACK+PSH').data('10,195,80\r\n'));
    expect(bench.expected).toEqual([]);
  });
});

describe('a shift of sequence numbers', () => {
  it('holds from the changed segment on, and round the end of the number space', () => {
    const shift = new SequenceShift();
    shift.change(0xffff_fff0, 5);
    shift.change(0x0000_0010, -2);
    expect([0xffff_fff0, 0x10, 0x11].map((number) => shift.sequence(number))).toEqual([0xffff_fff5, 0x15, 0x14]);
    expect(shift.acknowledgement(0x14)).toBe(0x11);
  });

  it('moves SACK blocks with the acknowledgement', () => {
    const shift = new SequenceShift();
    shift.change(1000, 3);
    const view = new DataView(new ArrayBuffer(32));
    view.setUint32(8, 2003);
    view.setUint8(12, 0x80);
    [1, 1, 5, 10].forEach((byte, index) => view.setUint8(20 + index, byte));
    view.setUint32(24, 3003);
    view.setUint32(28, 4003);
    shift.restore(view, 0);
    expect([view.getUint32(8), view.getUint32(24), view.getUint32(28)]).toEqual([2000, 3000, 4000]);
  });
});
