import { describe, expect, it } from 'vitest';
import { SYNC_FLAG, SyncConnection } from './connection.ts';
import { MessageReader } from './message-reader.ts';
import type { ReadResult } from './message-reader.ts';
import { MessageWriter } from './message-writer.ts';
import { requestMessage } from './resync.ts';

/** As the 6.1 kernel sent them: header, a template with 100 s, a connection that is established. */
const HEADER = '000500500201 0000';
const TEMPLATE = '0006 0024 00001100 0000 0000 0050 0050 00000000 00000064 0a000002 0a000064 ac100102';
const ESTABLISHED = '0006 0024 00000000 0001 8c2e 0050 0050 00000000 00000384 0a000002 0a000064 ac100102';

function bytes(...hex: string[]): Uint8Array {
  return Uint8Array.from(hex.join('').replaceAll(/\s/g, '').match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function connection(fields: Partial<SyncConnection>, addresses: readonly number[]): SyncConnection {
  const made = Object.assign(new SyncConnection(), fields);
  made.addresses.set(addresses);
  return made;
}

const V4 = [0, 0, 0, 0x0a000002, 0, 0, 0, 0x0a000064, 0, 0, 0, 0xac100102];
const template = (): SyncConnection =>
  connection({ protocol: 6, flags: 0x1100, virtualPort: 80, serverPort: 80, timeoutSeconds: 100 }, V4);
const established = (): SyncConnection =>
  connection({ protocol: 6, state: 1, clientPort: 0x8c2e, virtualPort: 80, serverPort: 80, timeoutSeconds: 900 }, V4);
const V6 = [0x20010db8, 0, 0, 2, 0x20010db8, 0, 0, 0x100, 0xfd000000, 0, 1, 2];
const shifts = {
  input: { initial: 0xfffffff0, delta: 3, previousDelta: 1 },
  output: { initial: 7, delta: 0xfffffffe, previousDelta: 0 },
};

function written(syncId: number, version: 0 | 1, ...connections: SyncConnection[]): Uint8Array {
  const writer = new MessageWriter(syncId, 1472, version);
  for (const one of connections) expect(writer.add(one)).toBe(true);
  return writer.finish();
}

function read(message: Uint8Array, syncId = 0): ReadResult & { connections: SyncConnection[] } {
  const connections: SyncConnection[] = [];
  const result = new MessageReader(syncId).read(message, (one) => {
    connections.push(Object.assign(new SyncConnection(), structuredClone(one)));
  });
  return { ...result, connections };
}

describe('sync messages', () => {
  it('are the bytes that the kernel sent', () => {
    expect(written(5, 1, template(), established())).toEqual(bytes(HEADER, TEMPLATE, ESTABLISHED));
  });

  it('are read as they were meant', () => {
    const { connections, problem, skipped } = read(bytes(HEADER, TEMPLATE, ESTABLISHED), 5);
    expect(problem).toBeUndefined();
    expect(skipped).toEqual([]);
    expect(connections).toEqual([
      Object.assign(template(), { flags: 0x1100 | SYNC_FLAG.sync }),
      Object.assign(established(), { flags: SYNC_FLAG.sync }),
    ]);
  });

  it('carry IPv6, sequence shifts and engine data, each connection on a multiple of four', () => {
    const first = connection({ family: 6, protocol: 6, flags: 0x600, state: 1, mark: 9, sequences: shifts }, V6);
    const engine = { name: 'sip', data: bytes('61 62 63 64 65') };
    const second = connection({ protocol: 17, engine }, V4);
    const message = written(0, 1, first, second);
    expect(message).toEqual(
      bytes(
        '0000 009c 0201 0000',
        '0106 0062 00000600 0001 0000 0000 0000 00000009 00000000',
        '20010db8000000000000000000000002 20010db8000000000000000000000100 fd000000000000000000000100000002',
        '0118 fffffff0 00000003 00000001 00000007 fffffffe 00000000 0000',
        '0011 0030 00000000 0000 0000 0000 0000 00000000 00000000 0a000002 0a000064 ac100102',
        '0205 6162636465 0303 736970',
      ),
    );
    const [sixth, fourth] = read(message).connections;
    expect(sixth).toMatchObject({ family: 6, sequences: shifts, mark: 9 });
    expect([...(sixth?.addresses ?? [])]).toEqual(V6);
    expect(fourth?.engine).toEqual(engine);
  });

  it('of version 0 have their numbers where old kernels look for them', () => {
    const shifted = Object.assign(established(), { flags: 0x400, sequences: shifts });
    const message = written(5, 0, established(), shifted);
    expect(message).toEqual(
      bytes(
        '0205 004c',
        '0006 8c2e 0050 0050 0a000002 0a000064 ac100102 0000 0001',
        '0006 8c2e 0050 0050 0a000002 0a000064 ac100102 0400 0001',
        'f0ffffff 03000000 01000000 07000000 feffffff 00000000',
      ),
    );
    expect(read(message).connections).toMatchObject([
      { protocol: 6, clientPort: 0x8c2e, state: 1, timeoutSeconds: 0 },
      { sequences: shifts, flags: 0x420 },
    ]);
  });

  it('say nothing of flags that are the sender’s own affair', () => {
    const flags = SYNC_FLAG.hashed | SYNC_FLAG.sync | 0x3;
    const message = written(0, 1, Object.assign(established(), { flags }));
    expect(message.subarray(12, 16)).toEqual(bytes('00000023'));
    const foreign = bytes('0000 002c 0101 0000', ESTABLISHED.replace('00000000', 'fffff77f'));
    expect(read(foreign).connections[0]?.flags).toBe(0x1 * 7 + 0x20 + 0x100 + 0x600 + 0x1000);
  });

  it('are full at their length, and at 255 connections', () => {
    const small = new MessageWriter(0, 8 + 2 * 36 + 35);
    expect([small.add(established()), small.add(established()), small.add(established())]).toEqual([true, true, false]);
    expect(small.finish()).toHaveLength(80);
    const large = new MessageWriter(0, 65_507);
    while (large.add(established()));
    expect(large.connections).toBe(255);
    const tiny = new MessageWriter(0, 1);
    expect(tiny.add(established())).toBe(true);
    expect(read(tiny.finish()).visited).toBe(1);
  });
});

describe('a sync message is refused', () => {
  const good = bytes(HEADER, TEMPLATE, ESTABLISHED);
  const changed = (at: number, ...values: number[]): Uint8Array => {
    const copy = good.slice();
    copy.set(values, at);
    return copy;
  };
  const option = (...hex: string[]): Uint8Array => {
    const tail = bytes(...hex);
    const head = bytes(
      '0000 0000 0201 0000',
      '0006 0024 00000000 0001 8c2e 0050 0050 00000000 00000384',
      '0a000002 0a000064 ac100102',
    );
    head[3] = 8 + 36 + tail.length + 36;
    head[11] = 36 + tail.length;
    return bytes(hexOf(head), hexOf(tail), ESTABLISHED);
  };
  const hexOf = (array: Uint8Array): string => Array.from(array, (byte) => byte.toString(16).padStart(2, '0')).join('');

  it.each([
    ['shorter than a header', good.subarray(0, 3), 'too-short', 0],
    ['larger than it says', bytes(HEADER, TEMPLATE, ESTABLISHED, '00'), 'size-differs', 0],
    ['cut off', good.subarray(0, 60), 'size-differs', 0],
    ['of another id', changed(1, 6), 'other-sync-id', 0],
    ['with a connection less than it counts', changed(4, 3), 'connection-cut-off', 2],
    ['with a connection of a later version', changed(8 + 36 + 2, 0x10), 'unknown-connection-version', 1],
    ['with a connection of size 0', changed(8 + 2, 0, 0), 'connection-cut-off', 0],
    ['with a connection that leaves it', changed(8 + 36 + 3, 40), 'connection-cut-off', 1],
    ['with a connection of type 2', changed(8, 2), 'unknown-connection-type', 0],
    ['with IPv6 in the place of IPv4', changed(8, 1), 'connection-cut-off', 0],
    ['with an option without length', option('4200 0000'), 'bad-option', 0],
    ['with half an option', option('4201 0042'), 'bad-option', 0],
    ['with sequences of 20 bytes', option('0114', '00'.repeat(22)), 'bad-option', 0],
    ['with sequences twice', option('0118', '00'.repeat(24), '0118', '00'.repeat(24)), 'bad-option', 0],
    ['with a name of 17 letters', option('0311', '61'.repeat(17), '42 01 00 42 01'), 'bad-option', 0],
  ])('%s', (_, message, problem, visited) => {
    expect(read(message, message === good ? 0 : 5 * Number(message[1] !== 0))).toMatchObject({ problem, visited });
  });

  it.each([
    ['an option that must be understood', option('0402 0000'), 'unknown-option'],
    ['engine data without a name', option('0202 0000'), 'engine-without-name'],
    ['a protocol that is not balanced', changedConnection(1, 132), 'unknown-protocol'],
    ['a state beyond the last', changedConnection(9, 11), 'unknown-state'],
  ])('in part, with %s: the other connections count', (_, message, problem) => {
    expect(read(message)).toMatchObject({ skipped: [problem], visited: 1 });
  });

  function changedConnection(at: number, value: number): Uint8Array {
    return changed(8 + 36 + at, value);
  }

  it('not for an option that may be left out, nor for a template in any state', () => {
    expect(read(option('4402 0000'))).toMatchObject({ skipped: [], visited: 2 });
    expect(read(changed(8 + 9, 77))).toMatchObject({ skipped: [], visited: 2 });
  });

  it('nor for having no connections: it is a request', () => {
    expect(read(requestMessage(5), 5)).toEqual({ visited: 0, skipped: [], announced: 0, connections: [] });
  });
});

describe('mutated messages', () => {
  it('neither throw nor hang, and visit no more connections than they have room for', () => {
    const seeds = [
      bytes(HEADER, TEMPLATE, ESTABLISHED),
      written(0, 0, established(), Object.assign(established(), { flags: 0x600, sequences: shifts })),
      written(
        3,
        1,
        connection({ family: 6, protocol: 6, flags: 0x600, sequences: shifts }, V6),
        connection({ protocol: 17, engine: { name: 'sip', data: bytes('616263') } }, V4),
      ),
    ];
    let random = 0x2545f491;
    const next = (below: number): number => {
      random ^= random << 13;
      random ^= random >>> 17;
      random ^= random << 5;
      return (random >>> 0) % below;
    };
    const reader = new MessageReader(0);
    let visited = 0;
    for (let round = 0; round < 100_000; round++) {
      const seed = seeds[round % seeds.length] ?? new Uint8Array();
      const message = seed.slice(0, next(4) === 0 ? next(seed.length + 1) : seed.length);
      for (let change = next(6); change > 0 && message.length > 0; change--) message[next(message.length)] = next(256);
      // Most changes would only make the size wrong.
      if (next(2) === 0 && message.length >= 4) message.set([message.length >> 8, message.length & 255], 2);
      const result = reader.read(message, () => (visited += 1));
      expect(result.visited * 24).toBeLessThanOrEqual(message.length);
    }
    expect(visited).toBeGreaterThan(50_000);
  });
});
