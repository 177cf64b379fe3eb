import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { hereDocument, quote } from './quote.ts';

const nasty = [
  '',
  ' ',
  'plain',
  "it's",
  "''",
  '$HOME `id` $(id)',
  'back\\slash \\n',
  '"double"',
  'two\nlines\n',
  '-n',
  '*?[a]~',
  '#no comment',
  '!history',
  'ñ π 漢',
  '\t tab',
  'a;b|c&d>e<f(g)h',
];

describe('quote', () => {
  test.each(nasty)('hands %j to a command as it is', (text) => {
    expect(execFileSync('sh', ['-c', `printf %s ${quote(text)}`], { encoding: 'utf8' })).toBe(text);
  });

  test('leaves words alone that need no quotes', () => {
    expect(quote('/etc/apache2/sites-available/000-default.conf')).toBe(
      '/etc/apache2/sites-available/000-default.conf',
    );
    expect(quote('~/.ssh')).toBe("'~/.ssh'");
  });

  test('refuses what a shell word cannot hold', () => {
    expect(() => quote('a\0b')).toThrow(RangeError);
  });
});

describe('hereDocument', () => {
  const marks = ['END', 'END\nEND-1\nEND-2', 'text\nEND\n', "'END'", 'END ', ' END', '\\END'];

  test.each([...nasty, ...marks])('hands %j over literally, with a newline at its end', (text) => {
    const script = `cat ${hereDocument(text)}\nprintf after`;
    const expected = text === '' || text.endsWith('\n') ? text : `${text}\n`;
    expect(execFileSync('sh', [], { input: script, encoding: 'utf8' })).toBe(`${expected}after`);
  });

  test('nests', () => {
    const inner = `cat ${hereDocument('deep\nEND-1\n')}\n`;
    const script = `sh ${hereDocument(inner)}\n`;
    expect(execFileSync('sh', [], { input: script, encoding: 'utf8' })).toBe('deep\nEND-1\n');
  });

  test('refuses what a here-document cannot hold', () => {
    expect(() => hereDocument('a\0b')).toThrow(RangeError);
  });
});
