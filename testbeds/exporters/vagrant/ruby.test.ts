import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { hash, ruby, rubyArguments, rubyComment, symbol } from './ruby.ts';

const hasRuby = spawnSync('ruby', ['--version']).status === 0;

describe('Text becomes a literal', () => {
  test.each([
    ['plain', '"plain"'],
    ['say "yes"', String.raw`"say \"yes\""`],
    [String.raw`C:\lab`, String.raw`"C:\\lab"`],
    ['#{exit}', String.raw`"\#{exit}"`],
    ['#$HOME #@x', String.raw`"\#$HOME \#@x"`],
    ['two\nlines\tand\r', String.raw`"two\nlines\tand\r"`],
    ['\0\u001b\u2028', String.raw`"\u{0}\u{1b}\u{2028}"`],
    ['réseau ñ 漢 🙂', '"réseau ñ 漢 🙂"'],
  ])('%j', (text, literal) => {
    expect(ruby(text)).toBe(literal);
  });

  test('half a surrogate pair cannot be written', () => {
    expect(() => ruby('\ud800')).toThrow(RangeError);
  });
});

test('Other values', () => {
  expect(ruby(1024)).toBe('1024');
  expect(ruby(-0.5)).toBe('-0.5');
  expect(ruby(false)).toBe('false');
  expect(ruby(symbol('id'))).toBe(':id');
  expect(ruby(symbol('a-b'))).toBe(':"a-b"');
  expect(ruby(['modifyvm', symbol('id'), 2])).toBe('["modifyvm", :id, 2]');
  expect(ruby(hash({ ip: '10.0.0.1', gone: undefined, 'a b': true }))).toBe('{ ip: "10.0.0.1", "a b": true }');
  expect(ruby(hash({}))).toBe('{}');
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, 1e21, 1e-7])('%d has no literal', (value) => {
  expect(() => ruby(value)).toThrow(RangeError);
});

test('A hash at the end of a call is keyword arguments', () => {
  expect(rubyArguments(['private_network', hash({ ip: '10.0.0.1' })])).toEqual(['"private_network"', 'ip: "10.0.0.1"']);
  expect(rubyArguments(['x', hash({})])).toEqual(['"x"']);
  expect(rubyArguments([hash({ a: 1 }), 'x'])).toEqual(['{ a: 1 }', '"x"']);
});

test('A comment stays a comment', () => {
  expect(rubyComment('one\r\ntwo\rthree\u2028four\n')).toEqual(['# one', '# two', '# three', '# four', '#']);
});

test.runIf(hasRuby)('Ruby reads back what was written', () => {
  const every = Array.from({ length: 0x180 }, (_, code) => String.fromCharCode(code)).join('');
  const texts = [every, '#{`id`} #$0 #@@a "\'\\ \\u{41} \u2028 🙂', String.raw`\n\t#\{}`];
  const program = `require 'json'\nputs JSON.generate(${ruby(texts)})\n`;
  const { stdout, stderr } = spawnSync('ruby', ['-Ku'], { input: program, encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual(texts);
});
