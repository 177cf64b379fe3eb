import { describe, expect, it } from 'vitest';
import { fromLatin1 } from '../../../http/octets.ts';
import { fromBase64, toBase64 } from '../base64.ts';
import { crc32c } from './crc32c.ts';
import { fieldOf, wordOf } from './fields.ts';
import { jsonEscaped, type JsonInput } from './json.ts';
import { languageOf } from './language.ts';
import { expand } from './regular-expressions.ts';
import { xxh32, xxh64 } from './xxhash.ts';

describe('hashes', () => {
  it.each([
    ['', 0, 0x02cc5d05],
    ['abc', 0, 0x32d153ff],
    ['Nobody inspects the spammish repetition', 0, 0xe2293b2f],
  ])('xxh32 of %j', (text, seed, hash) => {
    expect(xxh32(fromLatin1(text), seed)).toBe(hash);
  });

  it.each([
    ['', 0n, 0xef46db3751d8e999n],
    ['abc', 0n, 0x44bc2cf5ad770999n],
    ['Nobody inspects the spammish repetition', 0n, 0xfbcea83c8a378bf1n],
  ])('xxh64 of %j', (text, seed, hash) => {
    expect(xxh64(fromLatin1(text), seed)).toBe(hash);
  });

  it('crc32c as RFC 3720 has it', () => {
    expect(crc32c('123456789')).toBe(0xe3069283);
    expect(crc32c('\0'.repeat(32))).toBe(0x8a9136aa);
  });
});

describe('fields and words', () => {
  it.each([
    [3, 1, 'f3', 'f3'],
    [4, 1, '', 'f5'],
    [2, 3, 'f2_f3_', 'f2_f3__f5'],
    [-2, 3, 'f2_f3_', 'f1_f2_f3'],
    [-3, 0, 'f1_f2_f3', 'f1_f2'],
    [6, 1, undefined, ''],
    [0, 1, undefined, ''],
  ])('%i, %i at once', (index, count, field, word) => {
    expect(fieldOf('f1_f2_f3__f5', index, '_', count)).toBe(field);
    expect(wordOf('f1_f2_f3__f5', index, '_', count)).toBe(word);
  });
});

describe('JSON', () => {
  const cases: readonly (readonly [string, JsonInput, string | undefined])[] = [
    ['a"\\/\b\f\n\r\t\x01', 'ascii', String.raw`a\"\\\/\b\f\n\r\t\u0001`],
    ['\xc3\xa9', 'ascii', String.raw`\u00c3\u00a9`],
    ['\xc3\xa9\xe2\x82\xac', 'utf8', String.raw`\u00e9\u20ac`],
    ['\xc3"', 'utf8', undefined],
    ['\xc3"', 'utf8s', String.raw`\"`],
    ['\xc3"', 'utf8p', undefined],
    ['\xc3"', 'utf8ps', String.raw`\"`],
    ['\xc0\x81', 'utf8', undefined],
    ['\xc0\x81', 'utf8p', String.raw`\u0001`],
  ];

  it.each(cases)('of %j as %s', (text, input, escaped) => {
    expect(jsonEscaped(text, input)).toBe(escaped);
  });
});

describe('Base64', () => {
  it('comes back as it went', () => {
    const octets = String.fromCharCode(...Array.from({ length: 256 }, (_, octet) => octet));
    for (let length = 0; length < 9; length++)
      expect(fromBase64(toBase64(octets.slice(0, length)))).toBe(octets.slice(0, length));
    expect(toBase64(octets)).toBe(Buffer.from(octets, 'latin1').toString('base64'));
  });

  it.each(['a', 'ab=c', 'a===', 'a*bc', '=abc'])('is not %j', (text) => {
    expect(fromBase64(text)).toBeUndefined();
  });
});

describe('the language', () => {
  it.each([
    ['en;q=0.5, gl, es;q=0.8', ['es', 'en'], 'es'],
    ['en;q=0.5, gl, es;q=0.8', ['gl', 'en'], 'gl'],
    ['EN', ['en'], 'en'],
    ['en;q=0', ['en'], undefined],
    ['de', ['en'], undefined],
    ['', ['en'], undefined],
  ])('of %j among %j', (accepted, known, chosen) => {
    expect(languageOf(accepted, known)).toBe(chosen);
  });
});

describe('what replaces a match', () => {
  it.each([
    [String.raw`<\2\1>`, '<bca>'],
    [String.raw`\0\9`, 'abc'],
    [String.raw`\x41\\\q`, 'A\\q'],
    ['plain', 'plain'],
  ])('by %j', (template, text) => {
    expect(expand(template, /(a)(bc)/.exec('abc')!)).toBe(text);
  });
});
