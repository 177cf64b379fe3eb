import { describe, expect, it } from 'vitest';
import { finishChecksum } from './finish-checksum.ts';
import { fragmentPacket } from './fragment.ts';
import { buildIcmpError } from './icmp-error.ts';
import { datagramOf, frame, hasGoodChecksums } from './packet-builder.ts';
import { buildTcpReset } from './tcp-reset.ts';

const VIRTUAL = Uint32Array.of(0, 0, 0, 0xc0a801ca);

describe('ICMP errors', () => {
  it('quote the packet, come from the given address and carry right checksums', () => {
    const request = frame('192.168.1.10', '192.168.1.202').tos(0x10).udp(40000, 53).data('query');
    const expected = frame('192.168.1.202', '192.168.1.10')
      .tos(0xd0)
      .id(0)
      .fragment(0)
      .icmp(3, 3)
      .data(request.datagram())
      .datagram();
    expect(buildIcmpError(request.packet(), { type: 3, code: 3 }, VIRTUAL)).toEqual(expected);
  });

  it('quote no more than fits in 576 bytes', () => {
    const request = frame('192.168.1.10', '192.168.1.202').tcp(1, 2, 'ACK').data(new Uint8Array(1400)).packet();
    const error = buildIcmpError(request, { type: 3, code: 4, parameter: 1500 }, VIRTUAL);
    expect(error).toHaveLength(576);
    expect(hasGoodChecksums(error ?? new Uint8Array())).toBe(true);
  });

  it.each([
    ['about ICMP errors', frame('192.168.1.10', '192.168.1.202').icmp(3, 1)],
    ['about later fragments', frame('192.168.1.10', '192.168.1.202').fragment(0x0001).raw(17)],
    ['to multicast senders', frame('224.0.0.1', '192.168.1.202').udp(1, 2)],
  ])('are not sent %s', (_, builder) => {
    expect(buildIcmpError(builder.packet(), { type: 3, code: 3 }, VIRTUAL)).toBeUndefined();
  });
});

describe('TCP resets', () => {
  it('answer an acknowledgement with its own number', () => {
    const segment = frame('192.168.1.10', '192.168.1.202').tcp(40000, 80, 'ACK', { acknowledgement: 777 }).packet();
    const reset = buildTcpReset(segment) ?? new Uint8Array();
    expect(hasGoodChecksums(reset)).toBe(true);
    const view = new DataView(reset.buffer);
    expect([view.getUint16(20), view.getUint16(22), view.getUint32(24), view.getUint8(33)]).toEqual([
      80, 40000, 777, 4,
    ]);
  });

  it('acknowledge what a segment without acknowledgement holds', () => {
    const segment = frame('192.168.1.10', '192.168.1.202').tcp(40000, 80, 'FIN', { sequence: 0xffffffff }).data('ab');
    const reset = buildTcpReset(segment.packet()) ?? new Uint8Array();
    const view = new DataView(reset.buffer);
    expect([view.getUint32(24), view.getUint32(28), view.getUint8(33)]).toEqual([0, 2, 0x14]);
  });

  it('do not answer resets', () => {
    expect(buildTcpReset(frame('1.1.1.1', '2.2.2.2').tcp(1, 2, 'RST').packet())).toBeUndefined();
  });
});

describe('fragmenting', () => {
  const data = Uint8Array.from({ length: 3000 }, (_, index) => index & 255);

  it('cuts at multiples of eight and puts the pieces in order', () => {
    const packet = frame('10.0.100.2', '192.168.1.10').fragment(0).udp(53, 40000).data(data).packet();
    const pieces = fragmentPacket(packet, 1500);
    const words = pieces.map((piece) => new DataView(piece.buffer).getUint16(6));
    expect(words).toEqual([0x2000, 0x2000 | 185, 370]);
    expect(pieces.map((piece) => piece.length)).toEqual([1500, 1500, 68]);
    const joined = pieces.flatMap((piece) => [...piece.subarray(20)]);
    expect(joined).toEqual([...datagramOf(packet).subarray(20)]);
    expect(pieces.every((piece) => hasGoodHeader(piece))).toBe(true);
  });

  it('finishes a checksum that was left to the hardware first', () => {
    const whole = frame('10.0.100.2', '192.168.1.10').fragment(0).udp(53, 40000).data(data);
    const [first = new Uint8Array()] = fragmentPacket(whole.partial().packet(), 1500);
    const finished = frame('10.0.100.2', '192.168.1.10').fragment(0).udp(53, 40000).data(data).datagram();
    expect(first.subarray(20)).toEqual(finished.subarray(20, 1500));
  });

  it('keeps the place of a fragment that is cut again', () => {
    const packet = frame('10.0.100.2', '192.168.1.10')
      .fragment(0x2000 | 100)
      .raw(17)
      .data(data.subarray(0, 1480))
      .packet();
    const words = fragmentPacket(packet, 1000).map((piece) => new DataView(piece.buffer).getUint16(6));
    expect(words).toEqual([0x2000 | 100, 0x2000 | 222]);
  });

  it('puts no-operations for options that belong to the first fragment alone', () => {
    const packet = frame('10.0.100.2', '192.168.1.10')
      .fragment(0)
      .options(7, 7, 4, 9, 9, 9, 9, 0)
      .udp(53, 1)
      .data(data)
      .packet();
    const [, second = new Uint8Array()] = fragmentPacket(packet, 1500);
    expect([...second.subarray(20, 28)]).toEqual([1, 1, 1, 1, 1, 1, 1, 0]);
  });

  it('gives up when the link has no room', () => {
    expect(fragmentPacket(frame('1.1.1.1', '2.2.2.2').fragment(0).udp(1, 2).data(data).packet(), 27)).toEqual([]);
  });
});

describe('finishing a checksum', () => {
  it.each(['tcp', 'udp'] as const)('gives %s the checksum that a sender would have computed', (kind) => {
    const build = (): ReturnType<typeof frame> => {
      const builder = frame('10.0.100.2', '192.168.1.10');
      return kind === 'tcp' ? builder.tcp(80, 40000, 'ACK').data('abc') : builder.udp(53, 40000).data('abc');
    };
    const packet = build().partial().packet();
    finishChecksum(packet);
    expect(datagramOf(packet)).toEqual(build().datagram());
  });
});

function hasGoodHeader(datagram: Uint8Array): boolean {
  const view = new DataView(datagram.buffer);
  let sum = 0;
  for (let at = 0; at < 20; at += 2) sum += view.getUint16(at);
  return (sum & 0xffff) + (sum >>> 16) === 0xffff;
}
