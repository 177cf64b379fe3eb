import type { ProbeSample, ServiceOutage } from '../contract/index.ts';

/** The samples of one service in the order in which they were sent: answers may overtake one another, questions cannot. */
export function samplesOf(target: string, samples: readonly ProbeSample[]): ProbeSample[] {
  return samples.filter((sample) => sample.target === target).sort((left, right) => left.sentAt - right.sentAt);
}

export interface Gap {
  /** End of the last good answer before the gap. */
  readonly lastGoodAt: number;
  /** End of the first good answer after it; absent when there was none. */
  readonly firstGoodAt?: number;
}

/**
 * The gap that a fault tore into a service: good answers, then at least one failed request, then good answers again.
 *
 * It is looked for from the last good request sent before the fault on. So a failure before the fault is not blamed on it,
 * and a request that the dying node still answered does not hide the gap behind it. A gap needs a failed request: a pause in
 * which nothing was asked is the probe's own, not the service's.
 *
 * @param samples of one service, by `sentAt`
 */
export function gapAfter(faultAt: number, samples: readonly ProbeSample[]): Gap | undefined {
  const begin = samples.findLastIndex((sample) => sample.ok && sample.sentAt <= faultAt);
  if (begin < 0) return undefined;
  for (let index = begin + 1; index < samples.length; index++) {
    if (samples[index]?.ok !== false) continue;
    const lastGoodAt = Math.max(...endsOfGood(samples.slice(0, index)));
    const after = endsOfGood(samples.slice(index + 1));
    if (after.length === 0) return { lastGoodAt };
    const firstGoodAt = Math.min(...after);
    // A lone failure among answers that overlap it: no time without an answer.
    if (firstGoodAt > lastGoodAt) return { lastGoodAt, firstGoodAt };
  }
  return undefined;
}

function endsOfGood(samples: readonly ProbeSample[]): number[] {
  return samples.filter((sample) => sample.ok).map((sample) => sample.endedAt);
}

/** @param samples all samples that count, of all services */
export function serviceOutage(target: string, faultAt: number, samples: readonly ProbeSample[]): ServiceOutage {
  const own = samplesOf(target, samples);
  const gap = gapAfter(faultAt, own);
  return {
    target,
    ...(gap === undefined ? undisturbed(faultAt, own) : gap),
    ...(gap?.firstGoodAt === undefined ? {} : { outageMs: gap.firstGoodAt - gap.lastGoodAt }),
    requests: own.length,
    failed: own.filter((sample) => !sample.ok).length,
  };
}

/** The answers on either side of the fault, for a service in which it tore no gap. */
function undisturbed(
  faultAt: number,
  samples: readonly ProbeSample[],
): Pick<ServiceOutage, 'lastGoodAt' | 'firstGoodAt'> {
  const good = endsOfGood(samples);
  const lastGoodAt = good.filter((at) => at <= faultAt).at(-1);
  const firstGoodAt = good.find((at) => at > faultAt);
  return {
    ...(lastGoodAt === undefined ? {} : { lastGoodAt }),
    ...(firstGoodAt === undefined ? {} : { firstGoodAt }),
  };
}

export interface SettledQuestion {
  readonly target: string;
  readonly samples: readonly ProbeSample[];
  /** When the victim's processes were dead. */
  readonly deadAt: number;
  readonly now: number;
  readonly timeoutMs: number;
  /** Requests per second. */
  readonly rate: number;
}

/**
 * Whether a service answers again (or still), for good: it has answered for one whole time-out without a failure, so that no
 * earlier request can still turn out to have failed, and it answered just now.
 */
export function hasSettled(question: SettledQuestion): boolean {
  const { now, deadAt, timeoutMs, rate } = question;
  const sent = samplesOf(question.target, question.samples).filter((sample) => sample.sentAt > deadAt);
  const sinceFailure = sent.slice(sent.findLastIndex((sample) => !sample.ok) + 1);
  const first = sinceFailure[0];
  const last = sinceFailure.at(-1);
  if (first === undefined || last === undefined) return false;
  const recentMs = Math.max(500, 3000 / rate);
  return now - first.endedAt >= timeoutMs && now - last.sentAt <= recentMs;
}
