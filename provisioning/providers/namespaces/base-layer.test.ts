import { expect, test } from 'vitest';
import { baseLayerKey } from './base-layer.ts';

const bookworm = 'NAME="Debian"\nID=debian\nVERSION_ID="12"\n';

test('the order of the packages does not matter to a layer', () => {
  expect(baseLayerKey(['php', 'apache2'], bookworm, 'x64')).toBe(baseLayerKey(['apache2', 'php'], bookworm, 'x64'));
});

test('another package, another release and another processor each need another layer', () => {
  const key = baseLayerKey(['apache2'], bookworm, 'x64');
  expect(baseLayerKey(['apache2', 'php'], bookworm, 'x64')).not.toBe(key);
  expect(baseLayerKey(['apache2'], bookworm.replace('12', '13'), 'x64')).not.toBe(key);
  expect(baseLayerKey(['apache2'], bookworm, 'arm64')).not.toBe(key);
});

test('a point release of the same system keeps its layer', () => {
  const key = baseLayerKey(['apache2'], bookworm, 'x64');
  expect(baseLayerKey(['apache2'], `${bookworm}DEBIAN_VERSION_FULL=12.11\n`, 'x64')).toBe(key);
});
