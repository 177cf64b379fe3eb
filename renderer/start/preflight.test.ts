import { expect, it } from 'vitest';
import type { Finding } from '../../provisioning/contract/index.ts';
import { blocksStart, takeUp, toRead } from './preflight.ts';

const finding = (id: string, level: Finding['level']): Finding => ({ id, level, message: id });
const memory = finding('memory', 'warning');
const vagrant = finding('vagrant', 'ok');
const addresses = finding('addresses', 'error');

it('an error stops the start, a warning does not, and nobody starts before it is known', () => {
  expect(blocksStart({ kind: 'found', findings: [vagrant, memory, addresses] })).toBe(true);
  expect(blocksStart({ kind: 'found', findings: [vagrant, memory] })).toBe(false);
  expect(blocksStart({ kind: 'looking' })).toBe(true);
  expect(blocksStart({ kind: 'none' })).toBe(false);
  const error = { code: 'INTERNAL' as const, message: '', detail: {} };
  expect(blocksStart({ kind: 'failed', error })).toBe(false);
});

it('tells errors before warnings, and nothing of what is well', () => {
  expect(toRead([vagrant, memory, addresses])).toEqual([addresses, memory]);
});

it('takes up one offer beside another, and the later one for the same network', () => {
  const first = takeUp({}, { kind: 'renumber', network: 'nat', cidr: '10.1.0.0/24' });
  const both = takeUp(first, { kind: 'renumber', network: 'internal', cidr: '10.2.0.0/24' });
  expect(both).toEqual({ nat: '10.1.0.0/24', internal: '10.2.0.0/24' });
  expect(takeUp(both, { kind: 'renumber', network: 'nat', cidr: '10.3.0.0/24' })).toMatchObject({ nat: '10.3.0.0/24' });
});
