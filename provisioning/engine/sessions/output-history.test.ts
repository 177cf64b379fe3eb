import { expect, test } from 'vitest';
import { OutputHistory } from './output-history.ts';

const after = (limit: number, ...pieces: string[]): string => {
  const history = new OutputHistory(limit);
  for (const piece of pieces) history.append(Buffer.from(piece));
  return history.contents().toString();
};

test('what fits is kept whole', () => {
  expect(after(6, 'ab', 'cd', 'ef')).toBe('abcdef');
});

test('of more, the last bytes are kept, across pieces', () => {
  expect(after(5, 'ab', 'cd', 'efg')).toBe('cdefg');
  expect(after(4, 'ab', 'cd', 'efg')).toBe('defg');
  expect(after(2, 'abcdef')).toBe('ef');
  expect(after(3, 'a', 'b', '', 'c', 'd', 'e', 'f', 'g')).toBe('efg');
});

test('nothing shown is nothing kept', () => {
  expect(after(5)).toBe('');
});
