import type { DrillEvent } from '../contract/index.ts';

export interface HeardAdvert {
  readonly at: number;
  readonly instance: string;
  readonly priority: number;
}

/** The victim's latest advertisement of each instance, as its standbys heard it. */
export class AdvertLog {
  readonly #latest = new Map<string, HeardAdvert>();

  heard(advert: HeardAdvert): void {
    const known = this.#latest.get(advert.instance);
    // Several standbys hear the same advertisement; the first to hear it tells when it was sent.
    if (known === undefined || advert.at > known.at) this.#latest.set(advert.instance, advert);
  }

  /** When the latest advertisement of any instance was heard. */
  get latestAt(): number | undefined {
    const times = [...this.#latest.values()].map((advert) => advert.at);
    return times.length === 0 ? undefined : Math.max(...times);
  }

  events(node: string): DrillEvent[] {
    return [...this.#latest.values()].map((advert) => ({ type: 'last-advert', node, ...advert }));
  }
}
