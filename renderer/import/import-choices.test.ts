import { expect, test } from 'vitest';
import { canImport, importRequest, initialImport } from './import-choices.ts';

test('A folder is named from the root, on any system; an id may be left to the engine', () => {
  expect(canImport(initialImport)).toBe(false);
  expect(canImport({ ...initialImport, directory: 'tfg' })).toBe(false);
  for (const directory of ['/home/noa/tfg', ' C:\\Noa\\tfg', '\\\\server\\tfg'])
    expect(canImport({ ...initialImport, directory })).toBe(true);
  expect(canImport({ ...initialImport, directory: '/tfg', id: 'Ñu' })).toBe(false);
});

test('What is asked for is what was typed', () => {
  const choices = { directory: ' /home/noa/tfg ', id: '', replace: false };
  expect(importRequest(choices, true)).toEqual({ directory: '/home/noa/tfg', replace: false, dryRun: true });
  expect(importRequest({ ...choices, id: 'shop', replace: true }, false)).toMatchObject({
    id: 'shop',
    replace: true,
    dryRun: false,
  });
});
