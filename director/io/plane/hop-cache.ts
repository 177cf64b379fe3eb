/** Pairs of addresses remembered; above it everything is asked anew, so that random clients cannot fill the memory. */
const MOST_REMEMBERED = 65_536;
const NO_WORDS = new Uint32Array(4);

interface Remembered<Value> {
  /** Destination, then source. */
  readonly words: Uint32Array;
  readonly value: Value;
  readonly next: Remembered<Value> | undefined;
}

/** Values by destination and source address, found without an object or a string. */
export class HopCache<Value> {
  private readonly chains = new Map<number, Remembered<Value>>();
  private size = 0;

  get(destination: Uint32Array, at: number, source: Uint32Array = NO_WORDS, sourceAt = 0): Value | undefined {
    let one = this.chains.get(hashOf(destination, at, source, sourceAt));
    for (; one !== undefined; one = one.next)
      if (isSame(one.words, destination, at, source, sourceAt)) return one.value;
    return undefined;
  }

  set(value: Value, destination: Uint32Array, at: number, source: Uint32Array = NO_WORDS, sourceAt = 0): void {
    if (this.size >= MOST_REMEMBERED) this.clear();
    this.size += 1;
    const hash = hashOf(destination, at, source, sourceAt);
    const words = new Uint32Array(8);
    words.set(destination.subarray(at, at + 4));
    words.set(source.subarray(sourceAt, sourceAt + 4), 4);
    this.chains.set(hash, { words, value, next: this.chains.get(hash) });
  }

  clear(): void {
    this.chains.clear();
    this.size = 0;
  }
}

/** A signed 31-bit number: larger ones would be objects on the heap. */
function hashOf(destination: Uint32Array, at: number, source: Uint32Array, sourceAt: number): number {
  let hash = 0;
  for (let word = 0; word < 4; word++) {
    hash = Math.imul(hash ^ (destination[at + word] ?? 0), 0x9e3779b1);
    hash = Math.imul(hash ^ (hash >>> 15) ^ (source[sourceAt + word] ?? 0), 0x85ebca6b);
  }
  return (hash ^ (hash >>> 13)) >> 1;
}

function isSame(
  words: Uint32Array,
  destination: Uint32Array,
  at: number,
  source: Uint32Array,
  sourceAt: number,
): boolean {
  for (let word = 0; word < 4; word++)
    if (words[word] !== destination[at + word] || words[4 + word] !== source[sourceAt + word]) return false;
  return true;
}
