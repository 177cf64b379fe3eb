import type { ProbeTarget } from '../../testbeds/resolved.ts';
import type { ProbeSample } from '../contract/drill.ts';
import { limits } from './configuration.ts';
import type { ProbeConfiguration } from './configuration.ts';
import type { Outcome } from './outcome.ts';
import { Pacing } from './pacing.ts';

/** What the probe needs of the world; tests give it a clock of their own. */
export interface ProbeWorld {
  /** Milliseconds since the Unix epoch with fractions. */
  now(): number;
  /** Calls back once, at or soon after `at`; returns the way to call it off. */
  callAt(at: number, callback: () => void): () => void;
  /** Never rejects. */
  request(target: ProbeTarget, timeoutMs: number): Promise<Outcome>;
  sample(sample: ProbeSample): void;
  /** The probe reached one of its hard limits and stopped. */
  exhausted(reason: string): void;
}

/** Starts asking; returns the way to stop. */
export function startProbe(configuration: ProbeConfiguration, world: ProbeWorld): () => void {
  const startedAt = world.now();
  const pacing = new Pacing(configuration.targets.length, configuration.rate, startedAt);
  let sent = 0;
  let stopped = false;
  let callOff: () => void = () => undefined;

  const fire = async (target: ProbeTarget, sequence: number): Promise<void> => {
    const sentAt = world.now();
    const outcome = await world.request(target, configuration.timeoutMs);
    if (!stopped) world.sample({ target: target.name, sequence, sentAt, endedAt: world.now(), ...outcome });
  };

  const stop = (): void => {
    stopped = true;
    callOff();
  };

  const tick = (): void => {
    const now = world.now();
    for (const { index, sequence } of pacing.due(now)) {
      const target = configuration.targets[index];
      if (target !== undefined) fire(target, sequence).catch(stop);
      sent += 1;
    }
    const limit = limitReached(sent, now - startedAt);
    if (limit === undefined) {
      callOff = world.callAt(pacing.nextAt, tick);
    } else {
      stop();
      world.exhausted(limit);
    }
  };
  tick();
  return stop;
}

function limitReached(sent: number, elapsedMs: number): string | undefined {
  if (sent >= limits.requests) return `${limits.requests} requests were sent, which is this program's limit`;
  if (elapsedMs >= limits.durationMs)
    return `${limits.durationMs / 60_000} minutes have passed, which is this program's limit`;
  return undefined;
}
