import { foldAddress, hash32 } from './overhead.ts';

const BITS = 10;
const BUCKETS = 1 << BITS;
const LARGEST = BUCKETS * 16;
const CHECK_MS = 60_000;
/** A full check every so many. */
const CHECKS_PER_FULL = 30;
/** Unused so long: gone with the next full check (lblc_expiration, lblcr_expiration). */
export const EXPIRATION_MS = 86_400_000;
/** Unused so long: may go when there are too many. */
const UNUSED_MS = 360_000;

interface Item<Value> {
  readonly words: Uint32Array;
  readonly value: Value;
  lastUse: number;
}

/**
 * What lblc and lblcr remember by destination address, and how they forget it (ip_vs_lblc.c, ip_vs_lblcr.c): every minute a
 * look whether there are too many, every half hour a full check.
 */
export class AddressCache<Value> {
  private readonly buckets: Item<Value>[][] = Array.from({ length: BUCKETS }, () => []);
  private readonly forgotten: (value: Value) => void;
  private size = 0;
  private rover = 0;
  private counter = 1;
  private nextCheck: number;

  /** `forgotten` hears of every value that goes. */
  constructor(now: number, forgotten: (value: Value) => void) {
    this.nextCheck = now + CHECK_MS;
    this.forgotten = forgotten;
  }

  /** The value for the address in `words` from `at` on; `now` marks it as used, undefined leaves it. */
  get(words: Uint32Array, at: number, now: number | undefined): Value | undefined {
    const bucket = this.buckets[hash32(foldAddress(words, at), BITS)];
    if (bucket === undefined) return undefined;
    for (const item of bucket) {
      if (!isSame(item.words, words, at)) continue;
      if (now !== undefined) item.lastUse = now;
      return item.value;
    }
    return undefined;
  }

  /** Remembers the value instead of an older one; false when there is no room. */
  set(words: Uint32Array, at: number, value: Value, now: number): boolean {
    const bucket = this.buckets[hash32(foldAddress(words, at), BITS)] ?? [];
    const place = bucket.findIndex((item) => isSame(item.words, words, at));
    if (place !== -1) this.drop(bucket, place);
    if (this.size >= (LARGEST * 3) / 2) return false;
    bucket.unshift({ words: words.slice(at, at + 4), value, lastUse: now });
    this.size += 1;
    return true;
  }

  private drop(bucket: Item<Value>[], place: number): void {
    const [item] = bucket.splice(place, 1);
    if (item === undefined) return;
    this.size -= 1;
    this.forgotten(item.value);
  }

  clear(): void {
    for (const bucket of this.buckets) while (bucket.length > 0) this.drop(bucket, 0);
  }

  tick(now: number): void {
    if (now < this.nextCheck) return;
    this.nextCheck = now + CHECK_MS;
    if (this.counter % CHECKS_PER_FULL === 0) {
      this.sweep(now - EXPIRATION_MS, Infinity);
      this.counter = 1;
    } else if (this.size <= LARGEST) this.counter += 1;
    else this.sweep(now - UNUSED_MS, Math.min(Math.floor(((this.size - LARGEST) * 4) / 3), LARGEST / 2));
  }

  /** Drops what was last used at `before` or earlier, bucket by bucket, until the goal is reached. */
  private sweep(before: number, goal: number): void {
    let left = goal;
    for (let step = 0; step < BUCKETS && left > 0; step++) {
      this.rover = (this.rover + 1) & (BUCKETS - 1);
      const bucket = this.buckets[this.rover] ?? [];
      for (let place = bucket.length - 1; place >= 0; place--) {
        if ((bucket[place]?.lastUse ?? 0) > before) continue;
        this.drop(bucket, place);
        left -= 1;
      }
    }
  }
}

function isSame(own: Uint32Array, words: Uint32Array, at: number): boolean {
  return own[3] === words[at + 3] && own[2] === words[at + 2] && own[1] === words[at + 1] && own[0] === words[at];
}
