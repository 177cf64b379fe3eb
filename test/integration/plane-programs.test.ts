import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { frame } from '../../director/engine/packet/packet-builder.ts';
import type { FrameBuilder } from '../../director/engine/packet/packet-builder.ts';
import { MORE_FRAGMENTS } from '../../director/engine/packet/packet.ts';
import { ForwarderBench, service } from '../../director/engine/ipvs/forwarder-bench.ts';
import { parseAddress } from '../../director/engine/address.ts';
import { BpfMap, loadProgram } from '../../director/io/bpf/bpf.ts';
import * as libc from '../../director/io/libc.ts';
import { decidingProgram } from '../../director/io/plane/accelerator/deciding-program.ts';
import { encodeKey, encodeLease, KEY_SIZE, LEASE_SIZE, ORDER_SIZE } from '../../director/io/plane/accelerator/lease.ts';
import { AnsweringServers } from '../../director/io/plane/answering-servers.ts';
import { run } from '../../director/io/plane/classic-machine.ts';
import { ringFilter, selection, socketFilter } from '../../director/io/plane/socket-filter.ts';
import type { Instruction, RingSize } from '../../director/io/plane/socket-filter.ts';
import { seededRandom } from './support/seeded-random.ts';

/** The filters as this machine's kernel runs them (BPF_PROG_TEST_RUN), without an interface. */
const TEST_RUN = 10;
const MEMORY = 1 << 16;
const ETHERNET = 14;

let memory: number;
let bytes: Uint8Array;
beforeAll(() => {
  const own = libc.anonymousMemory(MEMORY);
  memory = own.address;
  bytes = new Uint8Array(own.memory);
});
afterAll(() => {
  libc.munmap(memory, MEMORY);
});

/** What the program answers for a frame: how many bytes of it the ring is to get. */
function runProgram(program: number, input: Uint8Array): number {
  // The kernel takes an Ethernet header off what it is given; a socket's filter sees the frame's own.
  bytes.set(input.subarray(0, ETHERNET));
  bytes.set(input, ETHERNET);
  const attributes = new Uint8Array(80);
  const view = new DataView(attributes.buffer);
  view.setUint32(0, program, true);
  view.setUint32(8, ETHERNET + input.length, true);
  view.setBigUint64(16, BigInt(memory), true);
  libc.bpf(TEST_RUN, attributes, 'test run');
  return view.getUint32(4, true);
}

function withPrograms<Result>(
  selected: readonly Instruction[],
  use: (programs: Record<RingSize, number>, leases: BpfMap) => Result,
): Result {
  const leases = new BpfMap({ name: 'leases', type: 'hash', keySize: KEY_SIZE, valueSize: LEASE_SIZE, entries: 16 });
  const orders = new BpfMap({
    name: 'orders',
    type: 'perProcessorArray',
    keySize: 4,
    valueSize: ORDER_SIZE,
    entries: 1,
  });
  const maps = { leases: leases.descriptor, orders: orders.descriptor };
  const load = (size: RingSize): number => loadProgram(size, 'socketFilter', decidingProgram(size, maps, selected));
  const programs = { small: load('small'), large: load('large') };
  try {
    return use(programs, leases);
  } finally {
    for (const program of Object.values(programs)) libc.close(program);
    leases.close();
    orders.close();
  }
}

const onAllPorts = { persistence: { timeoutSeconds: 60, mask: '255.255.255.255' } };
const bench = new ForwarderBench();
bench.apply(
  service('TCP', '192.168.1.202:80', { '10.0.100.2:80': 1, '10.0.100.3:8080': 1 }),
  service('UDP', '192.168.1.200:53', { '10.0.100.5:53': 1 }),
  service('TCP', '[2001:db8::202]:80', { '[2001:db8:a::2]:80': 1 }),
);
const services = new AnsweringServers().update(bench.services.all(), 0);

describe('a ring’s filter as an eBPF program', () => {
  it('takes and leaves what the classic program does, for 3,000 random frames', () => {
    const random = seededRandom(1);
    const below = (limit: number): number => Math.floor(random() * limit);
    const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)] ?? expect.fail('nothing to pick');
    const addresses = ['192.168.1.202', '192.168.1.200', '10.0.100.2', '10.0.100.3', '10.0.100.5', '172.16.0.9'];
    const addresses6 = ['2001:db8::202', '2001:db8:a::2', '2001:db8::9'];
    const ports = [80, 8080, 53, 40_000];
    const make = (): Uint8Array => {
      const known = pick([true, true, false]) ? addresses : addresses6;
      const builder = frame(pick(known), pick(known));
      const [source, destination] = [pick(ports), pick(ports)];
      const packet = pick([
        (): FrameBuilder => builder.tcp(source, destination, pick(['SYN', 'ACK', 'FIN+ACK'])),
        (): FrameBuilder => builder.udp(source, destination),
        (): FrameBuilder => builder.icmp(3, 1),
      ])();
      const whole = packet
        .data(new Uint8Array(pick([0, 20, 1400, 2000])))
        .packet()
        .bytes.slice();
      // Some with bytes of chance in their headers.
      for (let change = pick([0, 0, 1, 3]); change > 0; change--) whole[ETHERNET - 2 + below(40)] = below(256);
      return whole;
    };
    const selected = selection(services);
    let taken = 0;
    withPrograms(selected, (programs) => {
      for (let round = 0; round < 3000; round++) {
        const input = make();
        for (const size of ['small', 'large'] as const) {
          const classic = run(ringFilter(size, selected), input);
          if (classic) taken += 1;
          expect([size, runProgram(programs[size], input) > 0, Buffer.from(input).toString('hex', 0, 60)]).toEqual([
            size,
            classic,
            Buffer.from(input).toString('hex', 0, 60),
          ]);
        }
      }
    });
    expect(taken).toBeGreaterThan(500);
  });

  it.each([
    ['one without masqueraded servers', [service('TCP', '192.168.1.202:80', { '10.0.100.2:80': 1 }, 'gate')]],
    ['one of IPv6 alone', [service('TCP', '[2001:db8::202]:80', { '[2001:db8:a::2]:80': 1 })]],
    ['one without servers', [service('UDP', '192.168.1.202:53', {})]],
    ['one on all ports', [service('TCP', '192.168.1.202:0', { '10.0.100.2:0': 1 }, 'masq', onAllPorts)]],
    ['none', []],
  ])('is made for every kind of table: %s', (_, table) => {
    const some = new ForwarderBench();
    some.apply(...table);
    withPrograms(selection(new AnsweringServers().update(some.services.all(), 0)), ({ small, large }) => {
      expect([small, large].every((program) => program > 0)).toBe(true);
    });
  });

  it('can be as long as the classic one', () => {
    const servers = Object.fromEntries(
      Array.from({ length: 1300 }, (_, index) => [`10.1.${String(index >> 8)}.${String(index & 255)}:80`, 1]),
    );
    const large = new ForwarderBench();
    large.apply(service('TCP', '192.168.1.202:80', servers));
    const selected = socketFilter(new AnsweringServers().update(large.services.all(), 0));
    expect(selected.length).toBeGreaterThan(2600);
    withPrograms(selected, ({ small }) => {
      const last = frame('10.1.5.19', '192.168.1.10').tcp(80, 40_000, 'ACK').packet().bytes;
      expect(runProgram(small, last)).toBeGreaterThan(0);
      expect(runProgram(small, frame('10.1.5.20', '192.168.1.10').tcp(80, 1, 'ACK').packet().bytes)).toBe(0);
    });
  });
});

describe('a frame under a lease', () => {
  const words = (text: string): Uint32Array => parseAddress(text)?.words ?? expect.fail(text);
  const flow = {
    family: 4,
    protocol: 6,
    source: words('192.168.1.10'),
    destination: words('192.168.1.202'),
    sourcePort: 40_000,
    destinationPort: 80,
  } as const;
  const way = { interfaceIndex: 1, mtu: 1500, hardwareAddresses: new Uint8Array(12) };
  const NEVER = 1n << 62n;
  const segment = (flags: string, data = 0): FrameBuilder =>
    frame('192.168.1.10', '192.168.1.202').tcp(40_000, 80, flags).data(new Uint8Array(data));

  function takenUnder(until: bigint, builder: FrameBuilder): boolean {
    return withPrograms(selection(services), (programs, leases) => {
      leases.update(encodeKey(flow), encodeLease(flow, way, until));
      const input = builder.packet().bytes;
      return runProgram(programs.small, input) > 0 || runProgram(programs.large, input) > 0;
    });
  }

  it.each([
    ['an acknowledgement', segment('ACK')],
    ['data', segment('PSH+ACK', 700)],
  ])('is kept from the ring: %s', (_, builder) => {
    expect(takenUnder(NEVER, builder)).toBe(false);
  });

  it.each([
    ['SYN', segment('SYN')],
    ['FIN', segment('FIN+ACK')],
    ['RST', segment('RST+ACK')],
    ['no more hops', segment('ACK').ttl(1)],
    ['a fragment', segment('ACK').fragment(MORE_FRAGMENTS)],
    ['too large for the way', segment('ACK', 1500)],
    ['another port', frame('192.168.1.10', '192.168.1.202').tcp(40_001, 80, 'ACK')],
    ['another protocol', frame('192.168.1.10', '192.168.1.202').udp(40_000, 80).data(new Uint8Array(20))],
  ])('goes to the ring: %s', (_, builder) => {
    expect(takenUnder(NEVER, builder)).toBe(true);
  });

  it('goes to the ring when the lease is over', () => {
    expect(takenUnder(process.hrtime.bigint() - 1n, segment('ACK'))).toBe(true);
    expect(takenUnder(process.hrtime.bigint() + 1_000_000_000n, segment('ACK'))).toBe(false);
  });
});
