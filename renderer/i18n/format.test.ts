import { expect, it } from 'vitest';
import { createFormatter } from './format.ts';
import { chooseLanguage } from './language.ts';

it('writes durations with the precision that matters', () => {
  const { duration } = createFormatter('en');
  expect([3.4, 412, 999.4, 999.6, 3421, 61_200].map(duration)).toEqual([
    '3 ms',
    '412 ms',
    '999 ms',
    '1.00 s',
    '3.42 s',
    '1 min 01 s',
  ]);
});

it('uses the decimal comma in Spanish and Galician', () => {
  expect(createFormatter('es').duration(3421)).toBe('3,42 s');
  expect(createFormatter('gl').duration(3421)).toBe('3,42 s');
});

it('counts elapsed time in ever coarser units', () => {
  const { elapsed } = createFormatter('en');
  expect([-5, 8_900, 200_000, 7_500_000].map(elapsed)).toEqual(['0 s', '8 s', '3 min', '2 h 05 min']);
});

it('says how long ago something was, in the coarsest unit that fits', () => {
  const { ago } = createFormatter('en');
  expect([-500, 59_999, 60_000, 3_599_999, 7_200_000, 86_400_000, 40 * 86_400_000].map(ago)).toEqual([
    'now',
    'now',
    '1 minute ago',
    '59 minutes ago',
    '2 hours ago',
    '1 day ago',
    '40 days ago',
  ]);
  expect(createFormatter('es').ago(300_000)).toBe('hace 5 minutos');
});

it('signs a time relative to the fault', () => {
  const { offset } = createFormatter('en');
  expect([offset(-1500), offset(0), offset(3609.4)]).toEqual(['−1.500 s', '+0.000 s', '+3.609 s']);
});

it('keeps rates and bytes short', () => {
  const { rate, bytes } = createFormatter('en');
  expect([rate(0), rate(3.25), rate(120.4)]).toEqual(['0', '3.3', '120']);
  expect([999, 15_300, 120_400, 2_400_000, 3e9].map((value) => bytes(value))).toEqual([
    '999',
    '15.3 k',
    '120 k',
    '2.4 M',
    '3.0 G',
  ]);
});

it('chooses the remembered language, then the reader’s own, then Spanish', () => {
  expect(chooseLanguage('gl', ['en-US'])).toBe('gl');
  expect(chooseLanguage('xx', ['fr-FR', 'en-GB', 'es'])).toBe('en');
  expect(chooseLanguage(null, ['gl-ES', 'es-ES'])).toBe('gl');
  expect(chooseLanguage(null, ['fr', 'de'])).toBe('es');
});
