import { describe, expect, it } from 'vitest';
import { parseAddress } from '../address.ts';
import type { Family } from '../address.ts';
import { CLIENT, ConnectionKeyBuffer, SERVER, VIRTUAL } from './connection-columns.ts';
import type { ConnectionKey } from './connection-columns.ts';
import {
  FLAG_HASHED,
  FLAG_NO_CLIENT_PORT,
  FLAG_ONE_PACKET,
  FLAG_TEMPLATE,
  FORWARD_DIRECT,
} from './connection-flags.ts';
import { ConnectionTable } from './connection-table.ts';
import type { Flow } from './flow.ts';
import { flow } from './table-bench.ts';

/** Numerical Recipes' generator: enough chance for a test, the same every time. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

type Ends = [client: string, virtual: string, server: string];

function key([client, virtual, server]: Ends, protocol: number, ports: [number, number, number]): ConnectionKeyBuffer {
  const made = new ConnectionKeyBuffer();
  const addresses = [client, virtual, server].map((text) => parseAddress(text));
  made.family = addresses[0]?.family ?? 4;
  made.protocol = protocol;
  [CLIENT, VIRTUAL, SERVER].forEach((which, index) => made.setAddress(which, addresses[index]!.words));
  [made.clientPort, made.virtualPort, made.serverPort] = ports;
  return made;
}

/** One of many connections; odd ones are IPv6. By words, because texts take their time. */
function numbered(number: number): ConnectionKey {
  const made = new ConnectionKeyBuffer();
  const isIpv6 = number % 2 === 1;
  made.family = isIpv6 ? 6 : 4;
  made.protocol = 6;
  [made.clientPort, made.virtualPort, made.serverPort] = [1 + (number & 0xfff), 80, 80];
  made.addresses.set([0, 0, 0, 0x0a00_0000 + (number >>> 12)], CLIENT);
  made.addresses.set([0, 0, 0, 0xc0a8_01ca], VIRTUAL);
  made.addresses.set([0, 0, 0, 0xac10_0000 + (number % 3)], SERVER);
  if (isIpv6) for (const which of [CLIENT, VIRTUAL, SERVER]) made.addresses[which] = 0x2001_0db8;
  return made;
}

function packet(made: ConnectionKey, from: number, to: number, ports: [number, number]): Flow {
  const addresses = new Uint32Array(8);
  addresses.set(made.addresses.subarray(from, from + 4));
  addresses.set(made.addresses.subarray(to, to + 4), 4);
  const { family, protocol, mark } = made;
  return { family, protocol, addresses, sourcePort: ports[0], destinationPort: ports[1], mark };
}

function find(table: ConnectionTable, made: ConnectionKey): number {
  return table.findIncoming(packet(made, CLIENT, VIRTUAL, [made.clientPort, made.virtualPort]));
}

function findAnswer(table: ConnectionTable, made: ConnectionKey): number {
  return table.findOutgoing(packet(made, SERVER, CLIENT, [made.serverPort, made.clientPort]));
}

type Oracle = Map<number, { entry: number; until: number }>;

/** What the table expires must be due, and what it keeps must not be overdue by more than a tick. */
function expireBoth(table: ConnectionTable, oracle: Oracle, now: number): void {
  const expired: number[] = [];
  table.expire(now, (entry) => (expired.push(table.destination(entry)), 0));
  for (const one of expired) {
    expect(oracle.get(one)?.until).toBeLessThanOrEqual(now);
    oracle.delete(one);
  }
  for (const { until } of oracle.values()) if (until <= now - 250) expect.fail(`${String(until)} at ${String(now)}`);
}

const web = (): ConnectionKeyBuffer => key(['10.0.0.2', '10.0.0.100', '172.16.1.2'], 6, [1000, 80, 8080]);

describe('the connection table', () => {
  it('agrees with a plain map over random additions, removals, look-ups and passing time', () => {
    const random = randomNumbers(7);
    const table = new ConnectionTable(1 << 16, 99, 0);
    const oracle: Oracle = new Map();
    let now = 0;
    for (let step = 0; step < 60_000; step++) {
      const number = random(6000);
      const made = numbered(number);
      const known = oracle.get(number);
      const action = random(100);
      if (known === undefined && action < 60) {
        const until = now + random(900_000);
        oracle.set(number, { entry: table.add(made, 0, number, until), until });
      } else if (known !== undefined && action < 20) {
        table.remove(known.entry);
        oracle.delete(number);
      } else if (known !== undefined && action < 60) {
        known.until = now + random(900_000);
        table.setExpiry(known.entry, known.until);
        table.setState(known.entry, random(11));
      } else if (action > 97) {
        now += random(5000);
        expireBoth(table, oracle, now);
      }
      const entry = oracle.get(number)?.entry ?? -1;
      if (find(table, made) !== entry || findAnswer(table, made) !== entry) expect.fail(`step ${String(step)}`);
    }
    expect(table.size).toBe(oracle.size);
    const ascending = (left: number, right: number): number => left - right;
    expect([...table.entries()].sort(ascending)).toEqual(
      [...oracle.values()].map(({ entry }) => entry).sort(ascending),
    );
    for (let half = table.oldestHalfOpen(); half !== -1; half = table.oldestHalfOpen()) {
      expect(table.state(half)).toBe(3);
      table.remove(half);
    }
    expect([...table.entries()].some((entry) => table.state(entry) === 3)).toBe(false);
  });

  it('finds every entry after it has grown', () => {
    const table = new ConnectionTable(1 << 17, 3, 0);
    const keys = Array.from({ length: 100_000 }, (_, number) => numbered(number));
    const entries = keys.map((made) => table.add(made, 0, 0, 1000));
    expect(keys.map((made) => find(table, made))).toEqual(entries);
    expect(keys.map((made) => findAnswer(table, made))).toEqual(entries);
  });

  it('holds as many entries as it may, and one more when one has gone', () => {
    const table = new ConnectionTable(1500, 3, 0);
    for (let number = 0; number < 1500; number++) expect(table.add(numbered(number), 0, 0, 1000)).toBe(number);
    expect(table.add(numbered(1500), 0, 0, 1000)).toBe(-1);
    table.remove(find(table, numbered(5)));
    expect(table.add(numbered(1500), 0, 0, 1000)).toBeGreaterThanOrEqual(0);
  });

  it('keeps entries apart that differ in one field only', () => {
    const table = new ConnectionTable(2048, 3, 0);
    table.add(web(), 0, 0, 1000);
    const is = (text: string, to: string, protocol: 'tcp' | 'udp' = 'tcp'): number =>
      table.findIncoming(flow(protocol, text, to));
    expect(is('10.0.0.2:1000', '10.0.0.100:80')).toBe(0);
    expect([
      is('10.0.0.2:1000', '10.0.0.100:80', 'udp'),
      is('10.0.0.3:1000', '10.0.0.100:80'),
      is('10.0.0.2:1001', '10.0.0.100:80'),
      is('10.0.0.2:1000', '10.0.0.101:80'),
      is('10.0.0.2:1000', '10.0.0.100:81'),
      is('[::10.0.0.2]:1000', '[::10.0.0.100]:80'),
    ]).toEqual([-1, -1, -1, -1, -1, -1]);
  });

  it.each<[string, Family, Ends]>([
    ['IPv4', 4, ['10.0.0.2', '10.0.0.100', '172.16.1.2']],
    ['IPv6', 6, ['2001:db8::2', '2001:db8::100', '2001:db8:1::2']],
  ])('finds answers of gate and tunnel servers by the virtual address: %s', (_, family, ends) => {
    const table = new ConnectionTable(2048, 3, 0);
    const made = key(ends, 6, [1000, 80, 80]);
    const entry = table.add(made, FORWARD_DIRECT, 0, 1000);
    expect(table.family(entry)).toBe(family);
    expect(findAnswer(table, made)).toBe(-1);
    expect(table.findOutgoing(packet(made, VIRTUAL, CLIENT, [80, 1000]))).toBe(entry);
  });

  it('finds templates only as templates, and not once they are invalid', () => {
    const table = new ConnectionTable(2048, 3, 0);
    const made = key(['10.0.0.0', '10.0.0.100', '172.16.1.2'], 6, [0, 80, 80]);
    const entry = table.add(made, FLAG_TEMPLATE, 0, 1000);
    expect([table.findTemplate(made), find(table, made)]).toEqual([entry, -1]);
    table.invalidateTemplate(entry);
    expect([table.findTemplate(made), table.virtualPort(entry), table.serverPort(entry)]).toEqual([-1, 65535, 65535]);
    table.remove(entry);
    expect(table.size).toBe(0);
  });

  it('finds a connection whose client port is not known by any port, until the port is filled in', () => {
    const table = new ConnectionTable(2048, 3, 0);
    const made = web();
    made.clientPort = 0;
    const entry = table.add(made, FLAG_NO_CLIENT_PORT, 0, 1000);
    expect(table.findIncoming(flow('tcp', '10.0.0.2:3333', '10.0.0.100:80'))).toBe(entry);
    table.fillClientPort(entry, 3333);
    expect(table.findIncoming(flow('tcp', '10.0.0.2:4444', '10.0.0.100:80'))).toBe(-1);
    expect(table.findIncoming(flow('tcp', '10.0.0.2:3333', '10.0.0.100:80'))).toBe(entry);
    expect(table.findOutgoing(flow('tcp', '172.16.1.2:8080', '10.0.0.2:3333'))).toBe(entry);
  });

  it('does not find one-packet and hidden entries, and counts them all the same', () => {
    const table = new ConnectionTable(2048, 3, 0);
    const once = table.add(web(), FLAG_ONE_PACKET, 0, 1000);
    expect([find(table, web()), table.size]).toEqual([-1, 1]);
    table.remove(once);
    const entry = table.add(web(), 0, 0, 1000);
    table.hide(entry);
    expect([find(table, web()), findAnswer(table, web()), table.flags(entry) & FLAG_HASHED]).toEqual([-1, -1, 0]);
    table.expire(2000, () => 0);
    expect(table.size).toBe(0);
  });

  it('counts what an entry controls', () => {
    const table = new ConnectionTable(2048, 3, 0);
    const [template, one, two] = [1, 2, 3].map((number) => table.add(numbered(number), 0, 0, 1000));
    table.setTemplate(one!, template!);
    table.setTemplate(two!, template!);
    expect(table.controlled(template!)).toBe(2);
    table.remove(one!);
    table.setTemplate(two!, -1);
    expect([table.controlled(template!), table.template(two!)]).toEqual([0, -1]);
  });

  it('expires entries with deadlines of many turns of the wheel, and after long sleeps', () => {
    const table = new ConnectionTable(2048, 3, 0);
    const day = 86_400_000;
    table.add(numbered(1), 0, 1, 31 * day);
    table.add(numbered(2), 0, 2, 3000);
    table.add(numbered(3), 0, 3, 3000);
    const expired: number[] = [];
    const note = (entry: number, now: number): number => {
      expired.push(table.destination(entry));
      return table.destination(entry) === 3 && expired.length < 3 ? now + day : 0;
    };
    for (const time of [day / 2, day, 2 * day, 31 * day - 1000]) table.expire(time, note);
    expect(expired).toEqual([3, 2, 3]);
    table.expire(31 * day + 250, note);
    expect(expired).toEqual([3, 2, 3, 1]);
  });
});
