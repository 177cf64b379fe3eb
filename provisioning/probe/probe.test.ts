import { describe, expect, it } from 'vitest';
import type { ProbeSample } from '../contract/drill.ts';
import type { ProbeTarget } from '../../testbeds/resolved.ts';
import { limits } from './configuration.ts';
import type { Outcome } from './outcome.ts';
import { startProbe } from './probe.ts';

const web: ProbeTarget = { kind: 'http', name: 'web', url: 'http://192.0.2.1/' };
const dns: ProbeTarget = { kind: 'dns', name: 'dns', server: '192.0.2.2', query: 'www.example' };

/** A world whose time moves only when told. Requests end when `answer` says so. */
class FakeWorld {
  time = 1_000_000;
  readonly samples: ProbeSample[] = [];
  readonly requested: string[] = [];
  reason: string | undefined;
  answer: (target: ProbeTarget) => Promise<Outcome> = () => Promise.resolve({ ok: true });
  #timer: { at: number; callback: () => void } | undefined;

  now = (): number => this.time;
  callAt = (at: number, callback: () => void): (() => void) => {
    this.#timer = { at, callback };
    return () => (this.#timer = undefined);
  };
  request = (target: ProbeTarget): Promise<Outcome> => {
    this.requested.push(target.name);
    return this.answer(target);
  };
  sample = (sample: ProbeSample): void => void this.samples.push(sample);
  exhausted = (reason: string): void => void (this.reason = reason);

  get waiting(): boolean {
    return this.#timer !== undefined;
  }

  /** Lets the next timer fire, `lateMs` after its time. */
  async fire(lateMs = 0): Promise<void> {
    const timer = this.#timer;
    if (timer === undefined) throw new Error('no timer is set');
    this.#timer = undefined;
    this.time = timer.at + lateMs;
    timer.callback();
    await Promise.resolve();
    await Promise.resolve();
  }
}

describe('probe', () => {
  it('asks every target in turn and numbers each one’s requests', async () => {
    const world = new FakeWorld();
    startProbe({ targets: [web, dns], rate: 20, timeoutMs: 800 }, world);
    for (let step = 0; step < 3; step++) await world.fire();
    expect(world.samples.map(({ target, sequence, sentAt }) => [target, sequence, sentAt - 1_000_000])).toEqual([
      ['web', 0, 0],
      ['dns', 0, 25],
      ['web', 1, 50],
      ['dns', 1, 75],
    ]);
  });

  it('goes on asking while nothing answers', async () => {
    const world = new FakeWorld();
    world.answer = () => new Promise(() => undefined);
    startProbe({ targets: [web], rate: 10, timeoutMs: 800 }, world);
    for (let step = 0; step < 9; step++) await world.fire();
    expect(world.requested.length).toBe(10);
    expect(world.samples).toEqual([]);
  });

  it('says when a request was really sent, also when its timer came late', async () => {
    const world = new FakeWorld();
    startProbe({ targets: [web], rate: 10, timeoutMs: 800 }, world);
    await world.fire(730);
    expect(world.samples.map((sample) => sample.sentAt - 1_000_000)).toEqual([0, 830]);
    expect(world.samples.every((sample) => sample.ok)).toBe(true);
  });

  it('passes on why a request failed', async () => {
    const world = new FakeWorld();
    world.answer = () => Promise.resolve({ ok: false, error: 'ECONNREFUSED' });
    startProbe({ targets: [web], rate: 10, timeoutMs: 800 }, world);
    await world.fire();
    expect(world.samples[0]).toMatchObject({ ok: false, error: 'ECONNREFUSED' });
  });

  it('is silent once stopped, also about answers that come late', async () => {
    const world = new FakeWorld();
    let answer: (outcome: Outcome) => void = () => undefined;
    world.answer = () => new Promise((resolve) => (answer = resolve));
    const stop = startProbe({ targets: [web], rate: 10, timeoutMs: 800 }, world);
    stop();
    answer({ ok: true });
    await Promise.resolve();
    expect(world.samples).toEqual([]);
    expect(world.waiting).toBe(false);
  });

  it('stops by itself after its longest duration', async () => {
    const world = new FakeWorld();
    startProbe({ targets: [web], rate: 1, timeoutMs: 800 }, world);
    await world.fire(limits.durationMs);
    expect(world.reason).toMatch(/30 minutes/);
    expect(world.waiting).toBe(false);
  });
});
