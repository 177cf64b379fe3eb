import type { DrillEvent, DrillReport, ProbeSample, ServiceOutage } from '../../provisioning/contract/index.ts';
import type { LiveDrill } from '../state/drill-view.ts';

/** Events that get a row of their own below the services, in this order. */
export const eventRows = ['last-advert', 'vrrp-state', 'address', 'gratuitous-arp'] as const;
export type EventRow = (typeof eventRows)[number];

export interface ServiceLane {
  readonly target: string;
  readonly samples: readonly ProbeSample[];
  /** From the last good to the first good answer; open at the end while the service is still gone. */
  readonly outage: { readonly from: number; readonly to: number } | undefined;
}

/** A drill as the chart draws it. All times in ms since the epoch. */
export interface ChartModel {
  readonly from: number;
  readonly to: number;
  /** Time zero of the axis: the fault, or the beginning while there has been none. */
  readonly origin: number;
  readonly lanes: readonly ServiceLane[];
  readonly events: readonly DrillEvent[];
  readonly faultAt: number | undefined;
  readonly healedAt: number | undefined;
}

export function reportModel(report: DrillReport): ChartModel {
  const { startedAt, endedAt, faultAt, samples, events, services } = report;
  // The mark says when the healing began; `healedAt` is when it had succeeded.
  const healedAt = events.find(({ type }) => type === 'heal')?.at ?? report.healedAt;
  return {
    from: Math.min(startedAt, ...samples.slice(0, 1).map(({ sentAt }) => sentAt)),
    to: endedAt,
    origin: faultAt,
    lanes: services.map((service) => ({
      target: service.target,
      samples: samplesOf(samples, service.target),
      outage: outageSpan(service, endedAt),
    })),
    events,
    faultAt,
    healedAt,
  };
}

/** The chart of a drill that still runs; it grows to `now`. */
export function liveModel(drill: LiveDrill, now: number): ChartModel {
  const faultAt = drill.events.find(({ type }) => type === 'fault')?.at;
  const healedAt = drill.events.find(({ type }) => type === 'heal')?.at;
  const from = drill.startedAt > 0 ? drill.startedAt : (drill.samples[0]?.sentAt ?? now);
  const to = Math.max(now, from + 1000);
  const targets = [...new Set(drill.samples.map(({ target }) => target))];
  return {
    from,
    to,
    origin: faultAt ?? from,
    lanes: targets.map((target) => {
      const samples = samplesOf(drill.samples, target);
      return { target, samples, outage: liveOutage(samples, faultAt, to) };
    }),
    events: drill.events,
    faultAt,
    healedAt,
  };
}

function samplesOf(samples: readonly ProbeSample[], target: string): ProbeSample[] {
  return samples.filter((sample) => sample.target === target);
}

function outageSpan({ lastGoodAt, firstGoodAt, outageMs, failed }: ServiceOutage, end: number): ServiceLane['outage'] {
  if (lastGoodAt === undefined || (outageMs === undefined && failed === 0)) return undefined;
  return { from: lastGoodAt, to: firstGoodAt ?? end };
}

function liveOutage(samples: readonly ProbeSample[], faultAt: number | undefined, now: number): ServiceLane['outage'] {
  if (faultAt === undefined) return undefined;
  const firstFailed = samples.find(({ ok, endedAt }) => !ok && endedAt > faultAt);
  if (firstFailed === undefined) return undefined;
  const before = samples.filter(({ ok, endedAt }) => ok && endedAt <= firstFailed.sentAt).at(-1);
  const after = samples.find(({ ok, sentAt }) => ok && sentAt >= firstFailed.sentAt);
  return { from: before?.endedAt ?? faultAt, to: after?.endedAt ?? now };
}

/** Round distances between marks of the time axis, in ms. */
const tickSteps = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000];

/** Times, relative to the origin, at which the axis has a mark: at most `most` of them, zero among them when in range. */
export function axisTicks({ from, to, origin }: ChartModel, most: number): number[] {
  const step = tickSteps.find((candidate) => (to - from) / candidate <= most) ?? 600_000;
  const first = Math.ceil((from - origin) / step) * step;
  const count = Math.floor((to - origin - first) / step) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => first + index * step);
}

/** Linear from a span of time to a span of pixels. */
export function timeScale({ from, to }: Pick<ChartModel, 'from' | 'to'>, width: number): (at: number) => number {
  return (at) => ((at - from) / Math.max(1, to - from)) * width;
}

/** Where a response time stands between the floor (0) and the ceiling (1): logarithmic, for 1 ms and 1 s both matter. */
export function latencyScale(lanes: readonly ServiceLane[]): (latency: number) => number {
  const latencies = lanes.flatMap(({ samples }) => samples.filter(({ ok }) => ok).map((s) => s.endedAt - s.sentAt));
  const slowest = latencies.reduce((most, latency) => Math.max(most, latency), 10);
  const fastest = latencies.reduce((least, latency) => Math.min(least, latency), slowest);
  const low = Math.log(Math.max(0.1, fastest / 1.5));
  const high = Math.log(slowest * 1.2);
  return (latency) => Math.min(1, Math.max(0, (Math.log(Math.max(0.1, latency)) - low) / (high - low)));
}

/** The sample sent nearest to `at`. Samples are in the order in which they were sent. */
export function nearestSample(samples: readonly ProbeSample[], at: number): ProbeSample | undefined {
  let low = 0;
  let high = samples.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((samples[middle]?.sentAt ?? 0) < at) low = middle;
    else high = middle;
  }
  const candidates = [samples[low], samples[high]].filter((sample) => sample !== undefined);
  return candidates.sort((left, right) => Math.abs(left.sentAt - at) - Math.abs(right.sentAt - at))[0];
}
