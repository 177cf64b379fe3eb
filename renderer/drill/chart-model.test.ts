import { describe, expect, it } from 'vitest';
import type { ProbeSample } from '../../provisioning/contract/index.ts';
import type { LiveDrill } from '../state/drill-view.ts';
import type { ChartModel } from './chart-model.ts';
import { axisTicks, latencyScale, liveModel, nearestSample, timeScale } from './chart-model.ts';

const sample = (sentAt: number, ok: boolean, latency = 4): ProbeSample => ({
  target: 'http',
  sequence: sentAt,
  sentAt,
  endedAt: sentAt + latency,
  ok,
});

const span = (from: number, to: number, origin: number): ChartModel => ({
  from,
  to,
  origin,
  lanes: [],
  events: [],
  faultAt: undefined,
  healedAt: undefined,
});

describe('the drill chart', () => {
  it('marks the axis at round distances from the fault', () => {
    expect(axisTicks(span(1000, 9000, 3000), 10)).toEqual([-2000, -1000, 0, 1000, 2000, 3000, 4000, 5000, 6000]);
    expect(axisTicks(span(0, 450, 200), 5)).toEqual([-200, -100, 0, 100, 200]);
  });

  it('never marks more often than asked', () => {
    for (const length of [3, 77, 999, 12_345, 600_000, 7_000_000]) {
      expect(axisTicks(span(0, length, 0), 8).length).toBeLessThanOrEqual(12);
    }
  });

  it('maps time to pixels over the whole width', () => {
    const x = timeScale({ from: 100, to: 300 }, 400);
    expect([x(100), x(200), x(300)]).toEqual([0, 200, 400]);
  });

  it('keeps every answer between floor and ceiling, slower ones higher', () => {
    const samples = [1, 3, 40, 900].map((latency) => sample(0, true, latency));
    const y = latencyScale([{ target: 'http', samples, outage: undefined }]);
    const heights = [1, 3, 40, 900].map(y);
    expect(heights).toEqual([...heights].sort((left, right) => left - right));
    expect(Math.min(...heights)).toBeGreaterThan(0);
    expect(Math.max(...heights)).toBeLessThan(1);
  });

  it('finds the sample nearest to the mouse', () => {
    const samples = [0, 50, 100, 150].map((at) => sample(at, true));
    expect([-5, 20, 30, 101, 999].map((at) => nearestSample(samples, at)?.sentAt)).toEqual([0, 0, 50, 100, 150]);
    expect(nearestSample([], 3)).toBeUndefined();
  });
});

describe('a running drill', () => {
  const drill = (samples: ProbeSample[], fault?: number): LiveDrill => ({
    id: 'd1',
    startedAt: 1000,
    running: true,
    samples,
    events: fault === undefined ? [] : [{ type: 'fault', at: fault, node: 'master', action: 'kill' }],
  });

  it('shows no outage before the fault', () => {
    expect(liveModel(drill([sample(1000, true), sample(1050, false)]), 2000).lanes[0]?.outage).toBeUndefined();
  });

  it('shades the outage up to now while the service is gone', () => {
    const samples = [sample(1000, true), sample(1100, true), sample(1150, false, 200)];
    expect(liveModel(drill(samples, 1120), 2500).lanes[0]?.outage).toEqual({ from: 1104, to: 2500 });
  });

  it('ends the outage at the first good answer', () => {
    const samples = [sample(1100, true), sample(1150, false), sample(4500, true), sample(4550, true)];
    expect(liveModel(drill(samples, 1120), 5000).lanes[0]?.outage).toEqual({ from: 1104, to: 4504 });
  });

  it('puts time zero at the fault', () => {
    expect(liveModel(drill([], 1500), 2000).origin).toBe(1500);
    expect(liveModel(drill([]), 2000).origin).toBe(1000);
  });
});
