import { describe, expect, it } from 'vitest';
import { Watch } from './watch.ts';

describe('watching for the next packet', () => {
  it('goes on for a moment after packets that came close together, and then lets the thread sleep', () => {
    const watch = new Watch(2);
    watch.found(1, 1000, 1000.2);
    watch.found(1, 1000.26, 1000.6);
    expect(watch.goesOn(1000.64)).toBe(true);
    expect(watch.goesOn(1000.66)).toBe(false);
  });

  it('does not wait after a packet that came alone', () => {
    const watch = new Watch(2);
    watch.found(1, 1000, 1000);
    expect(watch.goesOn(1000.001)).toBe(false);
    watch.found(1, 1001, 1001);
    expect(watch.goesOn(1001.001)).toBe(false);
  });

  it('does not look out where packets come in crowds', () => {
    const watch = new Watch(2);
    watch.found(8, 1000, 1000);
    watch.found(8, 1000.01, 1000.01);
    expect(watch.goesOn(1000.02)).toBe(false);
    watch.found(2, 1000.03, 1000.03);
    expect(watch.goesOn(1000.04)).toBe(true);
  });

  it('takes nobody’s only processor away', () => {
    const watch = new Watch(1);
    watch.found(1, 1000, 1000);
    watch.found(1, 1000.01, 1000.01);
    expect(watch.goesOn(1000.02)).toBe(false);
  });
});
