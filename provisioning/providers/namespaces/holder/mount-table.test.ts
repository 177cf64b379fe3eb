import { expect, test } from 'vitest';
import { mountTable } from './mount-table.ts';

const table = mountTable({
  disk: '/labs/my lab/web1',
  baseMount: '/labs/my lab/base',
  nodeProgram: '/usr/bin/node',
  nodeLibrary: '/lib',
});
const rows = table
  .trimEnd()
  .split('\n')
  .map((line) => line.split(' '));

test('every row has the six fields of fstab, also when a path holds a blank', () => {
  expect(rows.map((row) => row.length)).toEqual(rows.map(() => 6));
  expect(rows[0]?.[1]).toBe('/labs/my\\040lab/web1/root');
});

test("the node's own disk lies over the base, and the programs of the installation cannot be written to", () => {
  expect(rows[0]?.[3]).toContain('lowerdir=/labs/my\\040lab/base,upperdir=/labs/my\\040lab/web1/upper');
  expect(rows.at(-1)).toEqual(['/lib', '/labs/my\\040lab/web1/root/opt/relevo/lib', 'none', 'bind,ro', '0', '0']);
});
