import { expect, test } from 'vitest';
import { baseLayerKey } from './base-layer.ts';

const osRelease = 'NAME="Debian"\nID=debian\nVERSION_ID="12"\n';

const machine = { osRelease, packageStatus: 'a', architecture: 'x64' };

test('the order of the packages does not matter to a layer', () => {
  expect(baseLayerKey(['php', 'apache2'], machine)).toBe(baseLayerKey(['apache2', 'php'], machine));
});

test('another package, another release and another processor each need another layer', () => {
  const key = baseLayerKey(['apache2'], machine);
  expect(baseLayerKey(['apache2', 'php'], machine)).not.toBe(key);
  expect(baseLayerKey(['apache2'], { ...machine, osRelease: osRelease.replace('12', '13') })).not.toBe(key);
  expect(baseLayerKey(['apache2'], { ...machine, architecture: 'arm64' })).not.toBe(key);
});

test('a point release of the same system keeps its layer', () => {
  const key = baseLayerKey(['apache2'], machine);
  expect(baseLayerKey(['apache2'], { ...machine, osRelease: `${osRelease}DEBIAN_VERSION_FULL=12.11\n` })).toBe(key);
});

test("a change of the machine's own packages needs another layer: the old one stood on what was there", () => {
  expect(baseLayerKey(['apache2'], { ...machine, packageStatus: 'b' })).not.toBe(baseLayerKey(['apache2'], machine));
});
