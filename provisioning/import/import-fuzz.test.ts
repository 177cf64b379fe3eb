import { expect, test } from 'vitest';
import { parseRuby } from '../../testbeds/importers/vagrant/parse-ruby.ts';
import { readLab } from '../../testbeds/importers/vagrant/read-lab.ts';
import { exported, importOf, tfg } from './testing/edited.ts';

/** Files that nobody would write: nothing of them may be run, nothing may throw, and each is either read or refused with a place. */

const texts = (['virtualbox', 'libvirt'] as const).map((provider) => exported(tfg, { provider }));

/** Park and Miller's minimal standard generator: the same cases in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
}

const pieces = [
  ...[
    '"',
    "'",
    '`',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '|',
    '#',
    '#{',
    '\\',
    '/',
    '%w[',
    '<<~X',
    ':',
    '::',
    '=>',
    '=',
    ',',
    '.',
    '\n',
  ],
  ...[
    ' do ',
    ' end ',
    ' if ',
    'def f',
    'class ',
    ' while x do',
    '=begin\n',
    '__END__\n',
    '\0',
    '\u2028',
    '💥',
    '"\\u{110000}"',
  ],
  ...[' 1e999 ', ' 0x10 ', ' nil ', '[[[[[[[[', '?x', '$1', '@a', '&.', ';', '\r', '\uFEFF'],
];

function mutated(text: string, next: (below: number) => number): string {
  let result = text;
  for (let count = next(4); count >= 0; count -= 1) {
    const at = next(result.length + 1);
    const length = next(3) === 0 ? next(200) : next(4);
    const piece = next(5) === 0 ? result.slice(next(result.length), at + 30) : (pieces[next(pieces.length)] ?? '');
    result = result.slice(0, at) + piece + result.slice(at + length);
  }
  return result;
}

test('Four thousand broken Vagrantfiles are read or refused with a place', () => {
  const next = numbers(20181121);
  let refused = 0;
  for (let round = 0; round < 4000; round += 1) {
    const text = mutated(texts[round % texts.length] ?? '', next);
    const syntax = parseRuby(text);
    if (syntax.ok) readLab(syntax.statements, syntax.comments);
    else {
      refused += 1;
      expect(syntax.line).toBeGreaterThan(0);
      expect(syntax.line).toBeLessThanOrEqual(text.split(/\r\n?|\n/).length);
      expect(syntax.message).not.toBe('');
    }
  }
  expect(refused).toBeGreaterThan(400);
  expect(refused).toBeLessThan(3600);
}, 60_000);

test('A hundred and fifty of them become a testbed, or say why they do not', () => {
  const next = numbers(42);
  let imported = 0;
  for (let round = 0; round < 150; round += 1) {
    const { testbed, changes, findings } = importOf((text) => mutated(text, next));
    const errors = findings.filter(({ severity }) => severity === 'error');
    expect(errors.length > 0, JSON.stringify(findings)).toBe(testbed === undefined);
    if (testbed !== undefined) imported += 1;
    for (const { line, column } of [...changes, ...findings]) expect(Math.min(line, column)).toBeGreaterThan(0);
  }
  expect(imported).toBeGreaterThan(10);
}, 60_000);

test('Brackets as deep as a well do not break the reader', () => {
  for (const open of ['[', '{ a: ', '(', '"#{', 'f do\n']) {
    expect(parseRuby(`x = ${open.repeat(50_000)}`).ok).toBe(false);
  }
  expect(parseRuby(`x = ${'['.repeat(5000)}${']'.repeat(5000)}`)).toMatchObject({
    ok: false,
    message: 'This is nested too deeply.',
  });
});
