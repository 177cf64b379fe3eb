import { describe, expect, it } from 'vitest';
import { Deadlines, Sleeper } from './deadlines.ts';

class Noting extends Sleeper {
  readonly #name: string;
  readonly #woken: [string, number][];

  constructor(name: string, woken: [string, number][]) {
    super();
    this.#name = name;
    this.#woken = woken;
  }

  wake(now: number): void {
    this.#woken.push([this.#name, now]);
  }
}

function bed(...names: string[]): { deadlines: Deadlines; woken: [string, number][]; sleepers: Noting[] } {
  const woken: [string, number][] = [];
  return { deadlines: new Deadlines(), woken, sleepers: names.map((name) => new Noting(name, woken)) };
}

describe('Deadlines', () => {
  it('wakes in the order of the times, each once', () => {
    const { deadlines, woken, sleepers } = bed('a', 'b', 'c');
    for (const [index, at] of [30, 10, 20].entries()) deadlines.set(sleepers[index]!, at);
    expect(deadlines.nextAt).toBe(10);
    deadlines.run(25);
    deadlines.run(40);
    expect(woken).toEqual([
      ['b', 25],
      ['c', 25],
      ['a', 40],
    ]);
    expect(deadlines.nextAt).toBe(Infinity);
  });

  it('wakes nobody whose time was put off, and everybody whose time was moved forward', () => {
    const { deadlines, woken, sleepers } = bed('late', 'early');
    deadlines.set(sleepers[0]!, 10);
    deadlines.set(sleepers[0]!, 50);
    deadlines.set(sleepers[1]!, 90);
    deadlines.set(sleepers[1]!, 20);
    deadlines.run(30);
    expect(woken).toEqual([['early', 30]]);
    expect(deadlines.nextAt).toBe(50);
  });

  it('forgets who was cancelled', () => {
    const { deadlines, woken, sleepers } = bed('a', 'b', 'c');
    for (const sleeper of sleepers) deadlines.set(sleeper, 10);
    deadlines.cancel(sleepers[1]!);
    deadlines.run(10);
    expect(woken.map(([name]) => name).sort()).toEqual(['a', 'c']);
  });

  it('keeps its order whatever is done to it', () => {
    let seed = 7;
    const chance = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
    const { deadlines, woken, sleepers } = bed(...Array.from({ length: 50 }, (_, index) => String(index)));
    const expected = new Map<Noting, number>();
    let now = 0;
    for (let step = 0; step < 5000; step++) {
      const sleeper = sleepers[chance(sleepers.length)]!;
      if (chance(4) === 0) {
        deadlines.cancel(sleeper);
        expected.delete(sleeper);
      } else {
        const at = now + 1 + chance(100);
        deadlines.set(sleeper, at);
        expected.set(sleeper, at);
      }
      now += chance(3);
      const due = [...expected].filter(([, at]) => at <= now).map(([one]) => String(sleepers.indexOf(one)));
      woken.length = 0;
      deadlines.run(now);
      expect(woken.map(([name]) => name).sort()).toEqual(due.sort());
      for (const name of due) expected.delete(sleepers[Number(name)]!);
    }
  });
});
