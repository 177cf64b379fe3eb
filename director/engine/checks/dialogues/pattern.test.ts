import { describe, expect, it } from 'vitest';
import { bytePattern, isPattern } from './pattern.ts';

/** Each line was put to perl 5.36, `$text =~ /$source/`; those with `\Q` are PCRE's (pcre2pattern(3)). */
describe('regular expressions mean what they mean in Perl', () => {
  it.each([
    ['well\n', 'well$', '', true],
    ['well\n\n', 'well$', '', false],
    ['well\r\n', 'well$', '', false],
    ['well\n', '^well\\z', '', false],
    ['well\n', '^well\\n\\z', '', true],
    ['well\n', '\\Awell\\Z', '', true],
    ['a\nwell', '\\Awell', 'm', false],
    ['a\r\nb', 'a.$', 'm', true],
    ['a\r\nb', 'a$', 'm', false],
    ['a\r\nb', 'a..b', '', false],
    ['a\r\nb', 'a..b', 's', true],
    ['a\rb', 'a.b', '', true],
    ['a\rb', '^b', 'm', false],
    ['a\nb', '^b', 'm', true],
    ['a\xa0b', 'a\\sb', '', false],
    ['a b', 'a[\\s]b', '', true],
    ['x]y', 'x[]a]y', '', true],
    ['xay', 'x[^]]y', '', true],
    ['1.5', '\\Q1.5\\E', '', true],
    ['1x5', '\\Q1.5', '', false],
    ['ab12', '^[[:alpha:]]+[[:digit:]_]+$', '', true],
    ['A', '(?i)a', '', true],
    ['a$', 'a\\$', '', true],
    ['a$b', 'a[$]b', '', true],
    ['a.b', 'a[.]b', '', true],
    ['a+b', 'a[.]b', '', false],
    ['\x1b', '\\e', '', true],
    ['A', '\\x{41}', '', true],
  ])('%j =~ /%s/%s is %s', (text, source, flags, expected) => {
    expect(bytePattern(source, flags).test(text)).toBe(expected);
  });

  it('what has no equal is refused rather than read as something else', () => {
    for (const source of ['a++', '(?>a)', '\\Gx', '\\p{L}', '\\Kx', '[[:nothing:]]', '[\\H]', '(', '[a'])
      expect(isPattern(source), source).toBe(false);
    expect(isPattern('^\\Qa(b\\E[[:space:]]$')).toBe(true);
  });
});
