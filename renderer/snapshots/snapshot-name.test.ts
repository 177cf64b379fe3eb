import { expect, it } from 'vitest';
import en from '../locales/en.json' with { type: 'json' };
import es from '../locales/es.json' with { type: 'json' };
import gl from '../locales/gl.json' with { type: 'json' };
import { checkSnapshotName, proposeSnapshotName } from './snapshot-name.ts';

it('takes what the contract takes, and no name twice', () => {
  expect(['a', 'before.drill-1', 'A_b'].map((name) => checkSnapshotName(name, ['other']))).toEqual(
    Array(3).fill(undefined),
  );
  expect(['', '-a', 'a b', 'á', '../x', 'x'.repeat(42)].map((name) => checkSnapshotName(name, []))).toEqual(
    Array(6).fill('invalid'),
  );
  expect(checkSnapshotName('Before', ['before'])).toBe('taken');
});

it('proposes a number that no snapshot has had', () => {
  expect(proposeSnapshotName('state', [])).toBe('state-1');
  expect(proposeSnapshotName('state', ['state-2', 'state-x', 'statement-9'])).toBe('state-3');
});

it.each([es, gl, en])('every language has words for proposals that the contract takes', ({ snapshots }) => {
  for (const word of [snapshots.proposed, snapshots.proposedBefore]) {
    expect(checkSnapshotName(proposeSnapshotName(word, []), [])).toBeUndefined();
  }
});
