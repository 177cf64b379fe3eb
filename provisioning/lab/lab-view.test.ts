import { expect, test } from 'vitest';
import { nodeStatus, virtualAddresses } from './lab-view.ts';
import type { NodeView } from './lab-view.ts';
import { getTestbed } from './testbed-source.ts';

const tfg = await getTestbed('tfg');
const view = (addresses: string[] = [], cut: string[] = []): NodeView => ({
  state: 'running',
  since: 1,
  addresses: new Map([['eth0', addresses]]),
  cut,
});
const holdersOf = (views: Record<string, NodeView>): string[][] =>
  virtualAddresses(tfg, new Map(Object.entries(views))).map(({ holders }) => holders);

test('nobody holds a virtual address during an outage', () => {
  expect(holdersOf({ master: view(['192.168.1.101']), standby: view() })).toEqual([[], [], []]);
});

test('in a split brain both directors hold it', () => {
  const both = view(['192.168.1.200']);
  expect(holdersOf({ master: both, standby: both })[0]).toEqual(expect.arrayContaining(['master', 'standby']));
});

test('a real server that keeps it on its loopback device is no holder', () => {
  const silent: NodeView = { ...view(), addresses: new Map([['lo', ['192.168.1.200']]]) };
  expect(holdersOf({ master: view(['192.168.1.200']), web1: silent })[0]).toEqual(['master']);
});

test('a cut cable is told of the interface that it belongs to', () => {
  const master = tfg.nodes.find(({ name }) => name === 'master');
  const [outer, inner] = nodeStatus(master!, view([], [master!.interfaces[0]!.network])).interfaces;
  expect([outer?.cable, inner?.cable]).toEqual(['cut', 'connected']);
});
