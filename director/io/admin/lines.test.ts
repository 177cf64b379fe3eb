import { expect, it } from 'vitest';
import { LineSplitter } from './lines.ts';

it('puts lines together from pieces, and drops empty ones', () => {
  const splitter = new LineSplitter();
  expect(['{"a"', ':1}\n\n{"b":2}\n{', '}\n'].map((piece) => splitter.take(piece))).toEqual([
    [],
    ['{"a":1}', '{"b":2}'],
    ['{}'],
  ]);
});

it('gives up a line that never ends', () => {
  const splitter = new LineSplitter(10);
  expect(() => splitter.take('x'.repeat(11))).toThrow(RangeError);
});
