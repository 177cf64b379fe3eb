import { expect, it } from 'vitest';
import { checkLabName, suggestLabName } from './lab-name.ts';

it('refuses names that a path or a shell could misread, and names that are taken', () => {
  expect(['tfg', 'a-2'].map((name) => checkLabName(name, []))).toEqual([undefined, undefined]);
  expect(['', 'Tfg', '../x', 'a b', '2a', 'x'.repeat(32)].map((name) => checkLabName(name, []))).toEqual(
    Array(6).fill('invalid'),
  );
  expect(checkLabName('tfg', ['tfg'])).toBe('taken');
});

it('suggests the first name that is free', () => {
  expect(suggestLabName('tfg', [])).toBe('tfg');
  expect(suggestLabName('tfg', ['tfg', 'tfg-2'])).toBe('tfg-3');
});
