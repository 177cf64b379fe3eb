import { describe, expect, it } from 'vitest';
import { ConditionError, evaluateCondition } from './conditional.ts';
import { splitLine } from './split-line.ts';

const environment: Readonly<Record<string, string>> = { A: 'x y', B: 'b', EMPTY: '' };
const words = (text: string): string[] =>
  splitLine(text, 1, (name) => environment[name]).words.map((word) => word.text);
const fault = (text: string) => splitLine(text, 1, (name) => environment[name]).fault;

// Sections 2.2 and 2.3 of the manual; each was put to `haproxy -c` once.
describe('words', () => {
  it.each([
    [String.raw`a\ b c`, ['a b', 'c']],
    [String.raw`a\#b # c`, ['a#b']],
    [`a "b c" d'e f'g`, ['a', 'b c', 'de fg']],
    [String.raw`"a\"b" 'a\"b'`, ['a"b', String.raw`a\"b`]],
    [String.raw`\x41\x20\t\\ \1`, ['A \t\\', String.raw`\1`]],
    ['a # b', ['a']],
    ['"a # b"', ['a # b']],
    ['a "" b', ['a', '', 'b']],
    ['a ""', ['a']],
    [`$A '$A' "$A"`, ['$A', '$A', 'x y']],
    [String.raw`"\$A"`, ['$A']],
    [`"\${A[*]}"`, ['x', 'y']],
    [`"\${NONE-else}" "\${A-else}" "\${EMPTY-else}"`, ['else', 'x y', '']],
    [`"<\${NONE}>"`, ['<>']],
    ['a\r', ['a']],
    [' \t a', ['a']],
  ])('%j', (text, expected) => {
    expect(fault(text)).toBeUndefined();
    expect(words(text)).toEqual(expected.at(-1) === '' ? expected.slice(0, -1) : expected);
  });

  it.each([
    [`a "b`, 3],
    [`a 'b`, 3],
    [String.raw`a \x4`, 3],
    [`"\${A"`, 3],
    ['"$1"', 3],
    [`"\${A[x]}"`, 5],
    [`"$.NONE"`, 3],
  ])('%j is wrong at %i', (text, column) => {
    expect(fault(text)?.column).toBe(column);
  });

  it('are 64 at most, each with its place', () => {
    const many = (count: number): string => Array.from({ length: count }, () => 'a').join(' ');
    expect(fault(many(64))).toBeUndefined();
    expect(fault(many(65))?.message).toContain('more than 64 words');
    expect(splitLine('  a  "b"', 7, () => undefined).words).toEqual([
      { text: 'a', line: 7, column: 3 },
      { text: 'b', line: 7, column: 6 },
    ]);
  });
});

describe('conditions of .if', () => {
  const holds = (text: string): boolean => evaluateCondition(text, (name) => environment[name]);
  it.each([
    ['', false],
    ['1', true],
    ['!1', false],
    ['! !1', true],
    ['defined(A)', true],
    ['defined(NONE)', false],
    ['streq(a,a) && strneq(a,b)', true],
    ['streq("a b",a b)', true],
    ['0 || (1 && !0)', true],
    ['0 && 1 || 1', true],
    ['feature(OPENSSL)', true],
    ['feature(LUA)', false],
    ['version_atleast(2.4)', true],
    ['version_atleast(2.7-dev1)', false],
    ['version_before(2.6.13)', true],
    ['openssl_version_atleast(1.1)', true],
    ['ssllib_name_startswith(OpenSSL)', true],
  ])('%s', (text, expected) => {
    expect(holds(text)).toBe(expected);
  });

  it.each(['nothing(a)', '(1', '1 1', 'streq(a)', '!', `${'('.repeat(5000)}1`])('%.20s is none', (text) => {
    expect(() => holds(text)).toThrow(ConditionError);
  });
});
