import { describe, expect, it } from 'vitest';
import type { ConnectionKey } from './connection-table.ts';
import { ConnectionTable } from './connection-table.ts';

/** Numerical Recipes' generator: enough chance for a test, the same every time. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function find(table: ConnectionTable, key: ConnectionKey): number {
  return table.findIncoming(key.protocol, key.client, key.clientPort, key.virtual, key.virtualPort);
}

function findAnswer(table: ConnectionTable, key: ConnectionKey): number {
  return table.findOutgoing(key.protocol, key.server, key.serverPort, key.client, key.clientPort);
}

function numbered(number: number): ConnectionKey {
  const ends = {
    client: 0x0a000000 + (number >> 12),
    clientPort: number & 0xfff,
    virtual: 0xc0a801ca,
    virtualPort: 80,
  };
  return { protocol: 6, ...ends, server: 0xffffff00 + (number % 3), serverPort: 80 };
}

type Oracle = Map<number, { entry: number; until: number }>;

/** What the table expires must be due, and what it keeps must not be overdue by more than a tick. */
function expireBoth(table: ConnectionTable, oracle: Oracle, now: number): void {
  const expired: number[] = [];
  table.expire(now, (entry) => expired.push(table.destination(entry)));
  for (const one of expired) {
    expect(oracle.get(one)?.until).toBeLessThanOrEqual(now);
    oracle.delete(one);
  }
  for (const { until } of oracle.values()) if (until <= now - 250) expect.fail(`${String(until)} at ${String(now)}`);
}

describe('the connection table', () => {
  it('agrees with a plain map over random additions, removals, look-ups and passing time', () => {
    const random = randomNumbers(7);
    const table = new ConnectionTable(1 << 16, 99, 0);
    const oracle: Oracle = new Map();
    let now = 0;
    for (let step = 0; step < 60_000; step++) {
      const number = random(6000);
      const key = numbered(number);
      const known = oracle.get(number);
      const action = random(100);
      if (known === undefined && action < 60) {
        const until = now + random(900_000);
        oracle.set(number, { entry: table.add(key, number, until), until });
      } else if (known !== undefined && action < 20) {
        table.remove(known.entry);
        oracle.delete(number);
      } else if (known !== undefined && action < 60) {
        known.until = now + random(900_000);
        table.setExpiry(known.entry, known.until);
      } else if (action > 97) {
        now += random(5000);
        expireBoth(table, oracle, now);
      }
      const entry = oracle.get(number)?.entry ?? -1;
      if (find(table, key) !== entry || findAnswer(table, key) !== entry) expect.fail(`step ${String(step)}`);
    }
    expect(table.size).toBe(oracle.size);
    expect([...table.entries()].sort()).toEqual([...oracle.values()].map(({ entry }) => entry).sort());
  });

  it('finds every entry after it has grown', () => {
    const table = new ConnectionTable(1 << 17, 3, 0);
    const keys = Array.from({ length: 100_000 }, (_, number) => numbered(number));
    const entries = keys.map((key) => table.add(key, 0, 1000));
    expect(keys.map((key) => find(table, key))).toEqual(entries);
    expect(keys.map((key) => findAnswer(table, key))).toEqual(entries);
  });

  it('refuses more entries than its maximum, until one goes', () => {
    const table = new ConnectionTable(2048, 3, 0);
    for (let number = 0; number < 2048; number++) table.add(numbered(number), 0, 1000);
    expect(table.add(numbered(2048), 0, 1000)).toBe(-1);
    table.remove(find(table, numbered(5)));
    expect(table.add(numbered(2048), 0, 1000)).toBeGreaterThanOrEqual(0);
  });

  it('keeps entries apart that differ in one field only', () => {
    const table = new ConnectionTable(2048, 3, 0);
    const key = numbered(1);
    table.add(key, 0, 1000);
    const others: Partial<ConnectionKey>[] = [
      { protocol: 17 },
      { client: key.client + 1 },
      { clientPort: key.clientPort + 1 },
      { virtual: key.virtual + 1 },
      { virtualPort: 81 },
    ];
    expect(others.map((other) => find(table, { ...key, ...other }))).toEqual([-1, -1, -1, -1, -1]);
  });

  it('expires entries with deadlines of many turns of the wheel, and after long sleeps', () => {
    const table = new ConnectionTable(2048, 3, 0);
    const day = 86_400_000;
    table.add(numbered(1), 1, day);
    table.add(numbered(2), 2, 3000);
    const expired: number[] = [];
    const note = (entry: number): void => void expired.push(table.destination(entry));
    table.expire(day / 2, note);
    table.expire(day - 1000, note);
    table.expire(day + 250, note);
    expect(expired).toEqual([2, 1]);
  });
});
