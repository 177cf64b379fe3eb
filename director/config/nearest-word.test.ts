import { describe, expect, it } from 'vitest';
import { editDistance, nearestWord } from './nearest-word.ts';

describe('nearestWord', () => {
  it.each([
    ['prioriti', 'priority'],
    ['virtual_ipadress', 'virtual_ipaddress'],
    ['itnerface', 'interface'],
    ['TCP_CHEK', 'TCP_CHECK'],
  ])('takes %s for %s', (written, meant) => {
    expect(nearestWord(written, ['state', 'interface', 'priority', 'virtual_ipaddress', 'TCP_CHECK'])).toBe(meant);
  });
  it('does not guess when nothing is close', () => {
    expect(nearestWord('notify_master', ['state', 'priority'])).toBeUndefined();
  });
  it.each([
    ['', 'abc', 3],
    ['ab', 'ba', 1],
    ['kitten', 'sitting', 3],
    ['same', 'same', 0],
  ])('%j and %j are %i slips apart', (left, right, distance) => {
    expect(editDistance(left, right)).toBe(distance);
  });
});
