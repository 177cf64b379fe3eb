import { describe, expect, test } from 'vitest';
import { editDistance, nearestWord, suggestion } from './nearest-word.ts';

describe('editDistance', () => {
  test.each([
    ['', '', 0],
    ['master', 'master', 0],
    ['', 'nas', 3],
    ['nodez', 'nodes', 1],
    ['webl', 'web', 1],
    ['kitten', 'sitting', 3],
    ['ruoter', 'router', 1],
    ['wbe', 'web', 1],
    ['ab', 'b', 1],
  ])('between %j and %j is %i', (from, to, distance) => {
    expect(editDistance(from, to)).toBe(distance);
    expect(editDistance(to, from)).toBe(distance);
  });
});

describe('nearestWord', () => {
  test('finds the word that was meant, whatever its case', () => {
    expect(nearestWord('Mastre', ['standby', 'master', 'nas'])).toBe('master');
  });

  test('stays silent when nothing is near', () => {
    expect(nearestWord('banana', ['standby', 'master'])).toBeUndefined();
    expect(nearestWord('x', [])).toBeUndefined();
    expect(suggestion('banana', ['standby'])).toBe('');
  });

  test('takes a transposition in a short word for a slip', () => {
    expect(suggestion('wbe', ['web', 'nas', 'director'])).toBe(' Did you mean "web"?');
    expect(suggestion('webb', ['web', 'nas', 'director'])).toBe(' Did you mean "web"?');
  });
});
