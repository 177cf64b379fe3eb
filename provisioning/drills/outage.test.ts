import { describe, expect, it } from 'vitest';
import type { ProbeSample } from '../contract/index.ts';
import { hasSettled, serviceOutage } from './outage.ts';

const faultAt = 2000;
const timeoutMs = 800;

/**
 * Asks every 100 ms from 0 to `until`; requests sent within one of `dead` get no answer and fail after their time-out, others
 * are answered after 5 ms.
 */
function ask(until: number, ...dead: [from: number, to: number][]): ProbeSample[] {
  const samples: ProbeSample[] = [];
  for (let sentAt = 0, sequence = 0; sentAt <= until; sentAt += 100, sequence++) {
    const ok = !dead.some(([from, to]) => sentAt >= from && sentAt < to);
    samples.push({ target: 'web', sequence, sentAt, endedAt: sentAt + (ok ? 5 : timeoutMs), ok });
  }
  // As the probe prints them: in the order in which they ended.
  return samples.sort((left, right) => left.endedAt - right.endedAt);
}

describe('the outage of a service', () => {
  it('lasts from the last good answer before the fault to the first good one after it', () => {
    expect(serviceOutage('web', faultAt, ask(8000, [2000, 5600]))).toEqual({
      target: 'web',
      lastGoodAt: 1905,
      firstGoodAt: 5605,
      outageMs: 3700,
      requests: 81,
      failed: 36,
    });
  });

  it('is absent when nothing ever failed', () => {
    const outage = serviceOutage('web', faultAt, ask(4000));
    expect(outage).toEqual({ target: 'web', lastGoodAt: 1905, firstGoodAt: 2005, requests: 41, failed: 0 });
  });

  it('has no end when the service never came back', () => {
    const outage = serviceOutage('web', faultAt, ask(9000, [2000, 99_999]));
    expect(outage).toEqual({ target: 'web', lastGoodAt: 1905, requests: 91, failed: 71 });
  });

  it('does not begin with a failure before the fault', () => {
    const outage = serviceOutage('web', faultAt, ask(8000, [500, 600], [2000, 5000]));
    expect(outage).toMatchObject({ lastGoodAt: 1905, firstGoodAt: 5005, failed: 31 });
  });

  it('is absent when only a request before the fault failed, though its time-out ended after the fault', () => {
    expect(serviceOutage('web', faultAt, ask(4000, [1700, 1800])).outageMs).toBeUndefined();
  });

  it('begins with the last answer of the dying node, even one that came after the fault', () => {
    const samples = ask(8000, [2100, 5000]);
    expect(serviceOutage('web', faultAt, samples)).toMatchObject({ lastGoodAt: 2005, firstGoodAt: 5005 });
  });

  it('ignores a pause in which the probe asked nothing', () => {
    const samples = ask(6000).filter((sample) => sample.sentAt < 2500 || sample.sentAt > 4500);
    expect(serviceOutage('web', faultAt, samples).outageMs).toBeUndefined();
  });

  it('is the first gap when the service failed again later', () => {
    expect(serviceOutage('web', faultAt, ask(9000, [2000, 5000], [6000, 6200])).outageMs).toBe(3100);
  });

  it('is absent when the service did not work before the fault either', () => {
    const outage = serviceOutage('web', faultAt, ask(4000, [0, 99_999]));
    expect(outage).toEqual({ target: 'web', requests: 41, failed: 41 });
  });

  it('is not made of a lone failure among slow answers that overlap it', () => {
    const samples: ProbeSample[] = [
      { target: 'web', sequence: 0, sentAt: 1990, endedAt: 2300, ok: true },
      { target: 'web', sequence: 1, sentAt: 2090, endedAt: 2095, ok: false },
      { target: 'web', sequence: 2, sentAt: 2190, endedAt: 2200, ok: true },
    ];
    expect(serviceOutage('web', faultAt, samples).outageMs).toBeUndefined();
  });

  it('counts the samples of its own service only', () => {
    const other = ask(4000, [0, 99_999]).map((sample) => ({ ...sample, target: 'dns' }));
    expect(serviceOutage('web', faultAt, [...ask(4000), ...other])).toMatchObject({ requests: 41, failed: 0 });
  });
});

describe('a service has settled', () => {
  /** What is known at `now`. */
  const settledAt = (now: number, samples: ProbeSample[]): boolean =>
    hasSettled({
      target: 'web',
      samples: samples.filter((sample) => sample.endedAt <= now),
      deadAt: faultAt,
      now,
      timeoutMs,
      rate: 10,
    });

  it('one time-out after its first good answer, not before', () => {
    const samples = ask(9000, [2000, 5000]);
    expect(settledAt(5750, samples)).toBe(false);
    expect(settledAt(5850, samples)).toBe(true);
  });

  it('not while the only good answer is one that the dying node still gave', () => {
    const samples = ask(9000, [2200, 5000]);
    for (let now = 2000; now < 5800; now += 50) expect([now, settledAt(now, samples)]).toEqual([now, false]);
    expect(settledAt(5900, samples)).toBe(true);
  });

  it('also when it never failed at all', () => {
    expect(settledAt(2950, ask(9000))).toBe(true);
  });

  it('never while nothing is heard from the probe', () => {
    expect(settledAt(9000, ask(2500))).toBe(false);
  });
});
