import { describe, expect, it } from 'vitest';
import { smallTestbed } from '../state/small-testbed.fixture.ts';
import { placeBadges } from './badges.ts';
import type { Box } from './layout.ts';
import { layoutFor, layoutMap } from './layout.ts';

const testbed = smallTestbed();

function overlap(left: Box, right: Box): boolean {
  return (
    left.x < right.x + right.width &&
    right.x < left.x + left.width &&
    left.y < right.y + right.height &&
    right.y < left.y + left.height
  );
}

describe('the map', () => {
  it.each([1, 2, 3, 4, 8])('lets nothing overlap with %i nodes a line', (perLine) => {
    const { nodes, networks } = layoutMap(testbed, perLine);
    const boxes = [...nodes, ...networks];
    const overlapping = boxes.flatMap((left, index) =>
      boxes
        .slice(index + 1)
        .filter((right) => overlap(left, right))
        .map((right) => [left, right]),
    );
    expect(overlapping).toEqual([]);
  });

  it.each([2, 3, 4])('stays within its own width with %i nodes a line', (perLine) => {
    const { nodes, width } = layoutMap(testbed, perLine);
    for (const { x, width: own } of nodes) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x + own).toBeLessThanOrEqual(width);
    }
  });

  it('leads the cables of a second line between the cards of the first', () => {
    const { nodes, cables } = layoutMap(testbed, 2);
    const servers = nodes.filter(({ name }) => name.startsWith('web'));
    const front = Math.min(...servers.map(({ y }) => y));
    const behind = servers.filter(({ y }) => y > front);
    expect(behind.length).toBeGreaterThan(0);
    for (const { name } of behind) {
      const cable = cables.find(({ node }) => node === name);
      const crossed = servers.filter(({ y, x, width }) => y === front && cable!.x > x && cable!.x < x + width);
      expect(crossed).toEqual([]);
    }
  });

  it('puts routers between their networks, clients outside and servers inside', () => {
    const { nodes, networks } = layoutMap(testbed, 4);
    const y = (name: string) => [...nodes, ...networks].find((box) => box.name === name)!.y;
    const order = ['client', 'nat', 'master', 'internal', 'web1'].map(y);
    expect(order).toEqual([...order].sort((left, right) => left - right));
    expect(
      layoutMap(testbed, 4)
        .cables.filter(({ node }) => node === 'master')
        .map(({ up }) => up),
    ).toEqual([true, false]);
  });

  it('breaks lines in a tall pane and not in a wide one', () => {
    expect(layoutFor(testbed, { width: 500, height: 900 }).width).toBeLessThan(
      layoutFor(testbed, { width: 3000, height: 400 }).width + 1,
    );
    expect(layoutFor(testbed, { width: 500, height: 900 }).height).toBeGreaterThan(
      layoutFor(testbed, { width: 3000, height: 400 }).height,
    );
  });
});

describe('a virtual address on the map', () => {
  const layout = layoutMap(testbed, 4);
  const status = (holders: string[]) => [{ address: '192.168.1.200', network: 'nat', instance: 'VI_E', holders }];
  const box = (name: string) => layout.nodes.find((node) => node.name === name)!;

  it('stands on its holder and keeps its identity when it moves', () => {
    const [before] = placeBadges(layout, status(['master']));
    const [after] = placeBadges(layout, status(['standby']));
    expect(before).toMatchObject({ state: 'held', holder: 'master' });
    expect(before!.x).toBeGreaterThanOrEqual(box('master').x);
    expect(after!.x).toBeGreaterThanOrEqual(box('standby').x);
    expect(after!.id).toBe(before!.id);
  });

  it('waits between the directors when nobody holds it', () => {
    const [badge] = placeBadges(layout, status([]));
    expect(badge).toMatchObject({ state: 'nobody', holder: undefined });
    expect(badge!.x).toBeGreaterThan(box('master').x + box('master').width);
    expect(badge!.x).toBeLessThan(box('standby').x);
  });

  it('is shown twice in a split brain', () => {
    const badges = placeBadges(layout, status(['master', 'standby']));
    expect(badges.map(({ state, holder }) => [state, holder])).toEqual([
      ['split', 'master'],
      ['split', 'standby'],
    ]);
    expect(new Set(badges.map(({ id }) => id)).size).toBe(2);
  });
});
