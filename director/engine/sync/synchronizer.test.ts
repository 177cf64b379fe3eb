import { describe, expect, it } from 'vitest';
import { SYNC_FLAG } from './connection.ts';
import type { SyncSettings } from './settings.ts';
import { announcedPackets, daemon, master, SimulatedNode } from './simulated-node.ts';

const NONE = 0;
const ESTABLISHED = 1;
const SYN_RECV = 3;
const FIN_WAIT = 4;
const LAST_ACK = 8;

describe('a master announces', () => {
  it('an established entry at packet 3, 53, 103', () => {
    const node = master();
    expect(announcedPackets(node, node.table.add({ state: ESTABLISHED }), 110)).toEqual([3, 53, 103]);
  });

  it('an entry when a count of many packets at once passes the threshold, as after that packet', () => {
    const node = master();
    const entry = node.table.add({ state: ESTABLISHED });
    const at: number[] = [];
    for (const packets of [2, 40, 30, 10, 20, 100]) {
      node.sync.packetsIn(entry, packets, 0);
      node.run(2000);
      if (node.sent.splice(0).length > 0) at.push(node.table.packets(entry));
    }
    expect(at).toEqual([42, 72, 202]);
  });

  it('no entry before it is established, and none on its way out', () => {
    const node = master();
    for (const state of [NONE, SYN_RECV, LAST_ACK])
      expect(announcedPackets(node, node.table.add({ state }), 60)).toEqual([]);
  });

  it('a state other than ESTABLISHED at once, and only once', () => {
    const node = master();
    const entry = node.table.add({ state: ESTABLISHED });
    node.packetIn(entry, 0);
    node.table.row(entry).connection.state = FIN_WAIT;
    expect(announcedPackets(node, entry, 5)).toEqual([1, 2]); // the second one is packet 3
    expect(announcedPackets(node, entry, 46)).toEqual([]);
  });

  it('UDP by the threshold alone', () => {
    const node = master({ threshold: 2, period: 4 });
    expect(announcedPackets(node, node.table.add({ protocol: 17 }), 12)).toEqual([2, 6, 10]);
  });

  it('once, with period 0', () => {
    const node = master({ threshold: 4, period: 0 });
    expect(announcedPackets(node, node.table.add({ state: ESTABLISHED }), 300)).toEqual([4]);
  });

  it('not before the end has moved by the refresh period', () => {
    const node = master({ threshold: 0, period: 0, refreshPeriodMs: 10_000 });
    const entry = node.table.add({ state: ESTABLISHED });
    expect(announcedPackets(node, entry, 25, 1000)).toEqual([1, 11, 21]);
  });

  it('with retries, a few times more at an eighth of the refresh period', () => {
    const node = master({ threshold: 0, period: 0, refreshPeriodMs: 80_000, retries: 2 });
    const entry = node.table.add({ state: ESTABLISHED });
    expect(announcedPackets(node, entry, 110, 1000)).toEqual([1, 11, 21, 101]);
  });

  it('a template with every packet of what it controls, and that entry by its own rule', () => {
    const node = master();
    const template = node.table.add({ flags: SYNC_FLAG.template, clientPort: 0 });
    const entry = node.table.add({ state: ESTABLISHED, clientPort: 99 }, 900_000, template);
    for (let packet = 0; packet < 4; packet++) node.packetIn(entry, 0);
    node.run(2000);
    expect(node.announced()).toEqual([0, 0, 99, 0, 0]);
  });

  it('only the template in persist mode', () => {
    const node = master({ isPersistMode: true });
    const template = node.table.add({ flags: SYNC_FLAG.template, clientPort: 0 });
    const entry = node.table.add({ state: FIN_WAIT, clientPort: 99 }, 900_000, template);
    node.packetIn(entry, 0);
    node.run(2000);
    expect(node.announced()).toEqual([0]);
  });

  it('a template whose time is put off, and no one-packet entry', () => {
    const node = master();
    node.sync.prolonged(node.table.add({ flags: SYNC_FLAG.template, clientPort: 7 }), 0);
    const single = node.table.add({ flags: SYNC_FLAG.onePacket, protocol: 17 });
    for (let packet = 0; packet < 5; packet++) node.packetIn(single, 0);
    node.run(2000);
    expect(node.announced()).toEqual([7]);
  });

  it('a new entry in a row that was another’s as if nothing had been', () => {
    const node = master();
    const entry = node.table.add({ state: FIN_WAIT });
    expect(announcedPackets(node, entry, 2)).toEqual([1]);
    node.sync.ended(entry);
    node.table.setPackets(entry, 0);
    expect(announcedPackets(node, entry, 3)).toEqual([1, 3]);
  });
});

describe('messages leave', () => {
  it('after two seconds, or when they are full', () => {
    const node = master({ threshold: 1 });
    for (let index = 0; index < 40; index++) node.packetIn(node.table.add({ state: ESTABLISHED }), 100);
    expect(node.sync.deadline).toBe(2100);
    node.run(2099);
    expect(node.sent).toEqual([]);
    node.packetIn(node.table.add({ state: ESTABLISHED }), 1000);
    expect(node.sync.deadline).toBe(0);
    node.run(1000);
    expect(node.sent.map(({ length }) => length)).toEqual([8 + 40 * 36]);
    expect(node.sync.deadline).toBe(3000);
    node.run(3000);
    expect(node.announced()).toHaveLength(41);
    expect(node.sync.deadline).toBe(Infinity);
  });

  it('in order when the socket was full, and are counted when the queue was', () => {
    const node = master({ threshold: 1, longestQueue: 2 });
    for (let index = 0; index < 4 * 40; index++) node.packetIn(node.table.add({ state: ESTABLISHED }), 0);
    node.sync.run(0, () => false);
    node.run(0);
    expect(node.sent).toHaveLength(2);
    expect(node.sync.problems.get('queue-full')).toBe(1);
  });

  it('to as many ports as sync_ports says', () => {
    const node = master({ threshold: 1, ports: 4 });
    for (let index = 0; index < 8; index++) node.packetIn(node.table.add({ state: ESTABLISHED }), 0);
    const ports: number[] = [];
    node.sync.run(2000, (_, __, port) => ports.push(port) > 0);
    expect(ports).toEqual([0, 1, 2, 3]);
  });
});

describe('a backup', () => {
  function pair(settings: Partial<SyncSettings> = {}): { first: SimulatedNode; second: SimulatedNode } {
    const first = master({ threshold: 1, ...settings });
    const second = new SimulatedNode({ threshold: 1, ...settings });
    second.sync.start(daemon('backup'), 0);
    return { first, second };
  }

  function pass(first: SimulatedNode, second: SimulatedNode, entry: number, now = 0): void {
    first.packetIn(entry, now);
    first.run(now + 2000);
    first.deliver(second, 'backup', now + 2000);
  }

  it('has the same entries, counted with their servers', () => {
    const { first, second } = pair();
    pass(first, second, first.table.add({ state: ESTABLISHED, clientPort: 7, virtualPort: 80, serverPort: 8080 }));
    pass(first, second, first.table.add({ protocol: 17, flags: SYNC_FLAG.inactive, mark: 3 }, 300_000));
    const [one, two] = second.table.entries;
    expect(one).toMatchObject({ timeoutMs: 900_000, isBound: true });
    expect(one?.connection).toMatchObject({ state: 1, clientPort: 7, serverPort: 8080, flags: SYNC_FLAG.sync });
    expect(two?.connection).toMatchObject({ protocol: 17, mark: 3 });
    expect([second.table.active, second.table.inactive]).toEqual([1, 1]);
  });

  it('follows states, timeouts and counts', () => {
    const { first, second } = pair();
    const entry = first.table.add({ state: ESTABLISHED });
    pass(first, second, entry);
    Object.assign(first.table.row(entry).connection, {
      state: FIN_WAIT,
      flags: SYNC_FLAG.inactive | SYNC_FLAG.noOutput,
    });
    first.table.row(entry).timeoutMs = 120_000;
    pass(first, second, entry);
    expect(second.table.entries).toHaveLength(1);
    expect(second.table.row(0)).toMatchObject({ timeoutMs: 120_000, connection: { state: FIN_WAIT } });
    // NOOUTPUT of an entry that exists is the backup's own knowledge.
    expect(second.table.flags(0)).toBe(SYNC_FLAG.inactive | SYNC_FLAG.sync);
    expect([second.table.active, second.table.inactive]).toEqual([0, 1]);
  });

  it('replaces an entry whose server is another, but not for the end of the old connection', () => {
    const { first, second } = pair();
    const entry = first.table.add({ state: ESTABLISHED, serverPort: 80 });
    pass(first, second, entry);
    const { connection } = first.table.row(entry);
    Object.assign(connection, { state: FIN_WAIT, serverPort: 81, flags: SYNC_FLAG.inactive });
    pass(first, second, entry);
    expect(second.table.row(0).connection.serverPort).toBe(80);
    Object.assign(connection, { state: ESTABLISHED, flags: 0 });
    first.packetIn(entry, 0);
    for (let packet = 0; packet < 50; packet++) pass(first, second, entry);
    expect(second.table.entries.map((row) => row?.connection.serverPort)).toEqual([undefined, 81]);
    expect([second.table.active, second.table.inactive]).toEqual([1, 0]);
  });

  it('keeps an entry without a server, and binds it when the server has come', () => {
    const { first, second } = pair();
    second.table.hasServers = false;
    const entry = first.table.add({ state: FIN_WAIT });
    pass(first, second, entry);
    expect(second.table.row(0).isBound).toBe(false);
    second.table.hasServers = true;
    first.table.row(entry).connection.state = ESTABLISHED;
    for (let packet = 0; packet < 60; packet++) pass(first, second, entry);
    expect(second.table.row(0).isBound).toBe(true);
  });

  it('does not take a template for a connection of the same addresses', () => {
    const { first, second } = pair();
    const both = { clientPort: 0, virtualPort: 80 };
    pass(first, second, first.table.add({ ...both, flags: SYNC_FLAG.template, state: 1 }, 360_000));
    pass(first, second, first.table.add({ ...both, state: ESTABLISHED }));
    expect(second.table.entries.map((row) => row?.timeoutMs)).toEqual([360_000, 900_000]);
    expect(second.table.active).toBe(1);
  });

  it('goes on counting where the master was, once it is master itself', () => {
    const { first, second } = pair({ threshold: 3 });
    const entry = first.table.add({ state: ESTABLISHED });
    expect(announcedPackets(first, entry, 2)).toEqual([]);
    pass(first, second, entry);
    second.sync.stop('backup');
    second.sync.start(daemon('master'), 0);
    expect(announcedPackets(second, 0, 60)).toEqual([50]);
  });

  it('of another id hears nothing; one without id hears all', () => {
    const first = master({ threshold: 1 });
    const other = new SimulatedNode();
    const all = new SimulatedNode();
    other.sync.start(daemon('backup', 6), 0);
    all.sync.start(daemon('backup', 0), 0);
    first.packetIn(first.table.add({ state: ESTABLISHED }), 0);
    first.run(2000);
    for (const message of first.sent) for (const node of [other, all]) node.sync.receive('backup', message, 0);
    expect([other.table.rows, all.table.rows]).toEqual([0, 1]);
    expect(other.sync.problems.get('other-sync-id')).toBe(1);
  });

  it('takes protocol timeouts from version 0, which has none', () => {
    const { first, second } = pair({ version: 0 });
    pass(first, second, first.table.add({ state: ESTABLISHED }, 77_000));
    pass(first, second, first.table.add({ flags: SYNC_FLAG.template }, 77_000));
    pass(first, second, first.table.add({ family: 6, state: ESTABLISHED }));
    expect(second.table.entries.map((row) => row?.timeoutMs)).toEqual([900_000, 180_000]);
  });
});
