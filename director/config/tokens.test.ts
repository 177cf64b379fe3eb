import { describe, expect, it } from 'vitest';
import { tokenize } from './tokens.ts';

const texts = (text: string) => tokenize(text).map((token) => (token.kind === 'newline' ? '⏎' : token.text));

describe('tokenize', () => {
  it('parts words, braces and lines', () => {
    expect(texts('group{ VI_E\n}')).toEqual(['group', '{', 'VI_E', '⏎', '}', '⏎']);
  });
  it('drops comments of both kinds', () => {
    expect(texts('priority 150 # high\n! a whole line\nstate')).toEqual(['priority', '150', '⏎', '⏎', 'state', '⏎']);
  });
  it('keeps a quoted word whole, blanks and braces and comment signs included', () => {
    expect(texts('auth_pass "a b{#!"')).toEqual(['auth_pass', 'a b{#!', '⏎']);
  });
  it('counts lines and columns from one, whatever the line ending', () => {
    expect(tokenize('a\r\n  bc {')[2]).toEqual({ kind: 'word', text: 'bc', line: 2, column: 3 });
  });
});
