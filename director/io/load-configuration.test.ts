import { expect, it } from 'vitest';
import { planeWanted } from './load-configuration.ts';

it.each([
  ['auto', undefined, 'auto'],
  ['auto', 'packet', 'packet'],
  ['auto', 'ipvs', 'ipvs'],
  ['packet', 'ipvs', 'packet'],
] as const)('a file that says %s and an environment that says %s forward by %s', (plane, wanted, expected) => {
  expect(planeWanted({ plane }, wanted)).toBe(expected);
});

it('a plane that nobody knows is an error, not the default', () => {
  expect(() => planeWanted({ plane: 'auto' }, 'kernel')).toThrow(
    'DIRECTOR_PLANE is "kernel", and none of auto, packet, rings, ipvs',
  );
});
