import { expect, it } from 'vitest';
import { share } from './share.ts';

it('keeps the identity of what did not change', () => {
  const previous = { a: { x: 1 }, b: [{ y: 1 }, { y: 2 }] };
  const next = share(previous, { a: { x: 1 }, b: [{ y: 1 }, { y: 3 }] });
  expect(next).not.toBe(previous);
  expect(next.a).toBe(previous.a);
  expect(next.b[0]).toBe(previous.b[0]);
  expect(next.b[1]).toEqual({ y: 3 });
});

it('returns the previous value itself when nothing changed', () => {
  const previous = { a: [1, 2], b: null, c: { d: 'e' } };
  expect(share(previous, { a: [1, 2], b: null, c: { d: 'e' } })).toBe(previous);
});

it('notices that a key or an item is gone', () => {
  const previous: { a?: number; list: number[] } = { a: 1, list: [1, 2] };
  expect(share(previous, { list: [1, 2] })).toEqual({ list: [1, 2] });
  expect(share(previous, { a: 1, list: [1] })).toEqual({ a: 1, list: [1] });
  expect(share({ a: undefined }, { b: undefined })).toEqual({ b: undefined });
});
