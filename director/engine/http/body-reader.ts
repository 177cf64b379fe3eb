import { FieldSection } from './fields.ts';
import type { Framing } from './framing.ts';
import type { HeadLimits } from './limits.ts';
import { HAPROXY_LIMITS } from './limits.ts';
import { BLANK, CLASSES, CR, HEX, LF, SEMICOLON, VALUE } from './octets.ts';
import type { Reason } from './refusal.ts';

// States between two octets.
const SIZE_FIRST = 0;
const SIZE = 1;
const EXTENSION_BLANKS = 2;
const EXTENSION = 3;
const SIZE_LF = 4;
const CHUNK = 5;
const CHUNK_CR = 6;
const CHUNK_LF = 7;
const TRAILERS = 8;
const COUNTED = 9;
const UNCOUNTED = 10;
const DONE = 11;
const REFUSED = 12;

/** Octets of chunk lines that a body may have beyond what its data pays for: a HAProxy buffer. */
const MAXIMUM_OVERHEAD = 16384;
/** What each chunk's line may cost without being counted. */
const FREE_OVERHEAD = 16;

/**
 * `data`: octets `from` to `to` of the buffer belong to the body, and `next` has more to say. `more`: what lies before `at` is
 * used up. `end`: the body is over, and what follows `at` is not its. `refused`: `refusal` says why.
 */
export type BodyEvent = 'data' | 'more' | 'end' | 'refused';

/** Where a body ends, and what of the octets are its data; nothing is copied. Made once for a connection. */
export class BodyReader {
  /** The data that `next` has found. */
  from = 0;
  to = 0;
  /** Where reading goes on. */
  at = 0;
  refusal: Reason | undefined;
  /** Octets of data so far. */
  received = 0;
  /** Of a chunked body, complete when `next` has said `end`. */
  readonly trailers: FieldSection;
  private state = DONE;
  /** Octets of the chunk or body that are still to come. */
  private left = 0;
  private overhead = 0;
  private trailersFrom = 0;
  private readonly limits: HeadLimits;

  constructor(limits: HeadLimits = HAPROXY_LIMITS) {
    this.limits = limits;
    // The licence to take LF alone is for heads (RFC 9112 section 2.2); readers that disagree about a chunk's end are the danger.
    this.trailers = new FieldSection(limits, false);
  }

  begin(framing: Framing, length: number, at: number): void {
    this.at = at;
    this.from = at;
    this.to = at;
    this.refusal = undefined;
    this.received = 0;
    this.overhead = 0;
    this.left = length;
    this.trailers.begin(at);
    this.state = firstState(framing, length);
  }

  /** Data octets of the chunk or counted body still to come: what one write may announce. */
  get remaining(): number {
    return this.left;
  }

  get done(): boolean {
    return this.state === DONE;
  }

  /** The octets before this place are not needed any more. Trailers are kept until they are complete. */
  get keptFrom(): number {
    return this.state === TRAILERS ? this.trailersFrom : this.at;
  }

  /** What comes next in the octets from `at` to `end`. */
  next(buffer: Uint8Array, end: number): BodyEvent {
    while (this.at < end && this.state < TRAILERS) {
      if (this.state === CHUNK) return this.takeData(end);
      this.at = this.step(buffer, this.at, end);
    }
    if (this.state === TRAILERS) this.readTrailers(buffer, end);
    if ((this.state === COUNTED || this.state === UNCOUNTED) && this.at < end) return this.takeData(end);
    if (this.state === DONE) return 'end';
    return this.state === REFUSED ? 'refused' : 'more';
  }

  /** The other side will send no more. `refused` for a body that is cut short. */
  close(): BodyEvent {
    if (this.state === UNCOUNTED) this.state = DONE;
    if (this.state !== DONE) this.refuse('cut-short', this.at);
    return this.state === DONE ? 'end' : 'refused';
  }

  private takeData(end: number): BodyEvent {
    const available = end - this.at;
    const length = this.state === UNCOUNTED || available < this.left ? available : this.left;
    this.from = this.at;
    this.at += length;
    this.to = this.at;
    this.received += length;
    if (this.state !== UNCOUNTED) this.left -= length;
    if (this.state === CHUNK) {
      this.overhead = Math.max(0, this.overhead - length);
      if (this.left === 0) this.state = CHUNK_CR;
    } else if (this.state === COUNTED && this.left === 0) this.state = DONE;
    return 'data';
  }

  private step(buffer: Uint8Array, at: number, end: number): number {
    switch (this.state) {
      case SIZE_FIRST:
      case SIZE:
        return this.readSize(buffer, at, end);
      case EXTENSION_BLANKS:
        return this.readExtensionBlanks(buffer, at, end);
      case EXTENSION:
        return this.readExtension(buffer, at, end);
      case SIZE_LF:
        return this.endSizeLine(buffer, at);
      case CHUNK_CR:
        this.state = CHUNK_LF;
        return buffer[at] === CR ? at + 1 : this.refuse('chunk-end', at);
      default:
        this.state = SIZE_FIRST;
        this.left = 0;
        return buffer[at] === LF ? at + 1 : this.refuse('chunk-end', at);
    }
  }

  private readSize(buffer: Uint8Array, from: number, end: number): number {
    let at = from;
    for (; at < end; at++) {
      const digit = HEX[buffer[at] as number] as number;
      if (digit === 255) break;
      this.left = this.left * 16 + digit;
      if (this.left > Number.MAX_SAFE_INTEGER) return this.refuse('chunk-size-overflow', at);
      this.state = SIZE;
    }
    if (!this.pay(at - from)) return this.refuse('chunk-overhead', at);
    if (at === end) return at;
    if (this.state === SIZE_FIRST) return this.refuse('chunk-size', at);
    return this.endSize(buffer, at);
  }

  private endSize(buffer: Uint8Array, at: number): number {
    const octet = buffer[at] as number;
    if (octet === CR) this.state = SIZE_LF;
    else if (octet === SEMICOLON) this.state = EXTENSION;
    else if (((CLASSES[octet] as number) & BLANK) !== 0) this.state = EXTENSION_BLANKS;
    else return this.refuse(octet === LF ? 'line-feed' : 'chunk-size', at);
    return at + 1;
  }

  /** RFC 9112 section 7.1.1: blanks may stand before a semicolon only. */
  private readExtensionBlanks(buffer: Uint8Array, from: number, end: number): number {
    let at = from;
    while (at < end && ((CLASSES[buffer[at] as number] as number) & BLANK) !== 0) at++;
    if (!this.pay(at - from)) return this.refuse('chunk-overhead', at);
    if (at === end) return at;
    if (buffer[at] !== SEMICOLON) return this.refuse('chunk-extension', at);
    this.state = EXTENSION;
    return at + 1;
  }

  /** Extensions are overlooked, but not what cannot be in one. */
  private readExtension(buffer: Uint8Array, from: number, end: number): number {
    let at = from;
    while (at < end && ((CLASSES[buffer[at] as number] as number) & VALUE) !== 0) at++;
    if (!this.pay(at - from)) return this.refuse('chunk-overhead', at);
    if (at === end) return at;
    if (buffer[at] !== CR) return this.refuse(buffer[at] === LF ? 'line-feed' : 'chunk-extension', at);
    this.state = SIZE_LF;
    return at + 1;
  }

  private endSizeLine(buffer: Uint8Array, at: number): number {
    if (buffer[at] !== LF) return this.refuse('carriage-return', at);
    this.overhead = Math.max(0, this.overhead - FREE_OVERHEAD);
    if (this.left > 0) {
      this.state = CHUNK;
      return at + 1;
    }
    this.state = TRAILERS;
    this.trailersFrom = at + 1;
    this.trailers.begin(at + 1);
    return at + 1;
  }

  private readTrailers(buffer: Uint8Array, end: number): void {
    const limit = this.trailersFrom + this.limits.arrived;
    const progress = this.trailers.read(buffer, end < limit ? end : limit);
    this.at = this.trailers.at;
    if (progress === 'done') this.state = DONE;
    else if (progress === 'refused') this.refuse(this.trailers.refusal ?? 'field-name', this.at);
    else if (end > limit) this.refuse('head-too-large', this.at);
  }

  /** Chunk lines must not outgrow the data. */
  private pay(octets: number): boolean {
    this.overhead += octets;
    return this.overhead <= MAXIMUM_OVERHEAD;
  }

  private refuse(reason: Reason, at: number): number {
    this.refusal = reason;
    this.state = REFUSED;
    return at;
  }

  /** The octets from `keptFrom` on have been moved by so many places, into this buffer. */
  moved(buffer: Uint8Array, by: number): void {
    this.at += by;
    this.from += by;
    this.to += by;
    this.trailersFrom += by;
    this.trailers.moved(buffer, by);
  }
}

function firstState(framing: Framing, length: number): number {
  switch (framing) {
    case 'none':
      return DONE;
    case 'length':
      return length === 0 ? DONE : COUNTED;
    case 'chunked':
      return SIZE_FIRST;
    case 'close':
    case 'tunnel':
      return UNCOUNTED;
  }
}
