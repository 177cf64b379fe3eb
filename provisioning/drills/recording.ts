import type { DrillEvent, ProbeSample } from '../contract/index.ts';
import type { DrillListener } from '../lab/lab-service.ts';
import { AdvertLog } from './advert-log.ts';
import type { HeardAdvert } from './advert-log.ts';
import type { Changes } from './changes.ts';
import type { Clock } from './clock.ts';

/** Listeners get samples in batches, ten times a second. */
const batchMs = 100;

type Phase = Extract<DrillEvent, { type: 'phase' }>['phase'];

/** Everything observed during one drill, and passed on as it comes. */
export class Recording {
  readonly events: DrillEvent[] = [];
  readonly samples: ProbeSample[] = [];
  readonly adverts = new AdvertLog();
  readonly #listener: DrillListener;
  readonly #clock: Clock;
  readonly #changes: Changes;
  #batch: ProbeSample[] = [];
  #callOff: (() => void) | undefined;

  constructor(listener: DrillListener, clock: Clock, changes: Changes) {
    this.#listener = listener;
    this.#clock = clock;
    this.#changes = changes;
  }

  event(event: DrillEvent): void {
    this.events.push(event);
    this.#listener.event(event);
    this.#changes.notify();
  }

  /** The victim advertised itself. Not an event of its own: at 10 ms there would be hundreds a second. */
  advert(advert: HeardAdvert): void {
    this.adverts.heard(advert);
    this.#changes.notify();
  }

  phase(phase: Phase): void {
    this.event({ type: 'phase', at: this.#clock.now(), phase });
  }

  sample(sample: ProbeSample): void {
    this.samples.push(sample);
    this.#batch.push(sample);
    this.#callOff ??= this.#clock.after(batchMs, () => {
      this.flush();
    });
    this.#changes.notify();
  }

  flush(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    const batch = this.#batch;
    this.#batch = [];
    if (batch.length > 0) this.#listener.samples(batch);
  }
}
