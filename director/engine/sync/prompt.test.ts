import { describe, expect, it } from 'vitest';
import { SYNC_FLAG } from './connection.ts';
import { defaultSettings } from './settings.ts';
import { daemon, master, SimulatedNode } from './simulated-node.ts';

const ESTABLISHED = 1;
const SYN_RECV = 3;

describe('promptly', () => {
  const prompt = defaultSettings;

  it('an entry is announced when it is established, 20 ms later at most', () => {
    const node = master(prompt);
    node.run(0);
    const entry = node.table.add({ state: SYN_RECV });
    node.packetIn(entry, 100);
    node.table.row(entry).connection.state = ESTABLISHED;
    node.packetIn(entry, 101);
    expect(node.sync.deadline).toBe(121);
    node.run(121);
    expect(node.announced()).toHaveLength(1);
  });

  it('an entry is announced again when half of its timeout has passed', () => {
    const node = master(prompt);
    node.run(0);
    const entry = node.table.add({ state: ESTABLISHED });
    for (const now of [0, 449_999, 450_000, 450_001]) node.packetIn(entry, now);
    node.run(1e6);
    // At once and as third packet; then the half is counted from there.
    expect(node.announced()).toHaveLength(2);
    node.packetIn(entry, 900_000);
    node.run(2e6);
    expect(node.announced()).toHaveLength(3);
  });

  it('a backup that has just come gets everything, asking until it is told', () => {
    const first = master(prompt);
    first.run(0);
    for (let index = 0; index < 2000; index++) first.table.add({ state: index % 2 === 0 ? ESTABLISHED : SYN_RECV });
    first.table.add({ flags: SYNC_FLAG.template });
    first.table.entries[10] = undefined;
    const second = new SimulatedNode(prompt);
    second.sync.start(daemon('backup'), 1000);
    second.run(1000);
    expect(second.sent).toHaveLength(1);
    expect(second.sync.deadline).toBe(1500);
    second.run(1500);
    second.deliver(first, 'master', 1500);
    for (let now = 1500; first.sync.deadline <= now && now < 1600; now += 5) {
      first.run(now);
      first.deliver(second, 'backup', now);
    }
    first.run(1600);
    first.deliver(second, 'backup', 1600);
    expect(second.table.rows).toBe(1000);
    expect(second.sync.deadline).toBe(Infinity);
    second.run(9000);
    expect(second.sent).toEqual([]);
  });

  it('a kernel-like director neither asks nor answers', () => {
    const first = master();
    first.table.add({ state: ESTABLISHED });
    const asking = new SimulatedNode(prompt);
    asking.sync.start(daemon('backup'), 0);
    asking.run(0);
    asking.deliver(first, 'master', 0);
    first.run(5000);
    expect(first.sent).toEqual([]);
    const quiet = new SimulatedNode();
    quiet.sync.start(daemon('backup'), 0);
    quiet.run(0);
    expect([quiet.sent.length, quiet.sync.deadline]).toEqual([0, Infinity]);
  });
});
