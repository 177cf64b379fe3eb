import type { VrrpInstanceConfiguration } from './configuration.ts';

/** Three adverts may be lost before the master counts as dead: RFC 9568 section 6.1, Active_Down_Interval. */
const adverts = 3;

/** What the timers of an instance come from; `priority` is the one it has now, with the weights of what it tracks. */
export type TimerSource = Pick<VrrpInstanceConfiguration, 'version' | 'priority' | 'downTimerAdverts'>;

/** The lower the priority, the longer the wait: so the best backup takes over first. Milliseconds. */
export function skewTime({ version, priority }: TimerSource, masterIntervalMs: number): number {
  // Version 2 counts in fractions of a second, whatever the interval (RFC 3768 section 6.1); version 3 of the interval.
  return ((256 - priority) * (version === 2 ? 1000 : masterIntervalMs)) / 256;
}

export function masterDownInterval(instance: TimerSource, masterIntervalMs: number): number {
  return (instance.downTimerAdverts ?? adverts) * masterIntervalMs + skewTime(instance, masterIntervalMs);
}

/**
 * How long a starting instance listens. One whose file says `state MASTER` needs to hear only one interval of silence:
 * a living master would have sent its advert by then.
 */
export function firstMasterDownInterval(instance: VrrpInstanceConfiguration): number {
  const { priority, startsAs, advertIntervalMs } = instance;
  // RFC 9568 section 6.4.1: the owner of the addresses waits for nobody.
  if (priority === 255) return 0;
  if (startsAs === 'MASTER') return advertIntervalMs + skewTime(instance, advertIntervalMs);
  return masterDownInterval(instance, advertIntervalMs);
}
