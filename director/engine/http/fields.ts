import type { FieldName } from './field-name.ts';
import { numberOf } from './field-name.ts';
import type { HeadLimits } from './limits.ts';
import { FIELD_OVERHEAD, MAXIMUM_NAME } from './limits.ts';
import { BLANK, CLASSES, COLON, CR, LF, SPACE, TOKEN, matchesLower, toLatin1 } from './octets.ts';
import type { Reason } from './refusal.ts';
import { skipValue, viewOf } from './scan.ts';

// States between two octets.
const LINE = 0;
const NAME = 1;
const BLANKS = 2;
const CONTENT = 3;
const CONTENT_LF = 4;
const END_LF = 5;
const DONE = 6;
const REFUSED = 7;

const FIRST_PLACES = 24;

export type Progress = 'more' | 'done' | 'refused';

/**
 * The field lines of a head or of a trailer section, as places in the buffer in which they arrived. Made once and used for one
 * message after another. Lines that are folded (obs-fold) are put together in the buffer, with spaces for the line's end.
 */
export class FieldSection {
  count = 0;
  /** Octets of names and values so far, each field with its overhead. */
  understood = 0;
  /** Where the section ends once it is done; where reading goes on until then. */
  at = 0;
  refusal: Reason | undefined;
  /** Bit N: there is a field with the number N. */
  seen = 0;
  buffer: Uint8Array = new Uint8Array(0);
  /** Of the same octets. */
  view: DataView = viewOf(this.buffer);
  /** Four for each field: its name from and to, its value from and to. */
  private places = new Int32Array(FIRST_PLACES * 4);
  private ids = new Uint8Array(FIRST_PLACES);
  private readonly limits: HeadLimits;
  /** Whether a line may end without CR (RFC 9112 section 2.2 lets a head do so). */
  private readonly bareLineFeed: boolean;
  private state = LINE;
  private nameFrom = 0;
  private nameTo = 0;
  private valueFrom = 0;
  /** Where this line of the value began, and where the value ended before it. */
  private lineFrom = 0;
  private solidTo = 0;

  constructor(limits: HeadLimits, bareLineFeed: boolean) {
    this.limits = limits;
    this.bareLineFeed = bareLineFeed;
  }

  begin(at: number): void {
    this.count = 0;
    this.understood = 0;
    this.seen = 0;
    this.at = at;
    this.refusal = undefined;
    this.state = LINE;
  }

  /** The octets lie in this buffer. */
  use(buffer: Uint8Array): void {
    if (buffer === this.buffer) return;
    this.buffer = buffer;
    this.view = viewOf(buffer);
  }

  /** Reads on from `at` to `end`; no octet is looked at twice, however often it is called. */
  read(buffer: Uint8Array, end: number): Progress {
    this.use(buffer);
    let at = this.at;
    while (at < end && this.state < DONE) at = this.step(buffer, at, end);
    this.at = at;
    if (this.state === DONE) return 'done';
    return this.state === REFUSED ? 'refused' : 'more';
  }

  private step(buffer: Uint8Array, at: number, end: number): number {
    switch (this.state) {
      case LINE: {
        const next = this.readWholeLines(buffer, at, end);
        return next > at ? next : this.readLine(buffer, at, end);
      }
      case NAME:
        return this.readName(buffer, at, end);
      case BLANKS:
        return this.readBlanks(buffer, at, end);
      case CONTENT:
        return this.readContent(buffer, at, end);
      case CONTENT_LF:
        return this.readLineFeed(buffer, at);
      default:
        return this.readEnd(buffer, at);
    }
  }

  /**
   * The lines that are there as a whole and have nothing unusual; answers where the first one begins that is not. That one is read
   * again octet by octet, but only once: from then on its state is kept.
   */
  private readWholeLines(buffer: Uint8Array, from: number, end: number): number {
    const classes = CLASSES;
    let line = from;
    while (line < end) {
      let at = line;
      while (at < end && ((classes[buffer[at] as number] as number) & TOKEN) !== 0) at++;
      const nameTo = at;
      if (at + 2 >= end || buffer[at] !== COLON || nameTo === line || nameTo - line > MAXIMUM_NAME) break;
      const valueFrom = buffer[at + 1] === SPACE ? at + 2 : at + 1;
      if (((classes[buffer[valueFrom] as number] as number) & BLANK) !== 0) break;
      at = skipValue(this.view, buffer, valueFrom, end);
      if (at + 1 >= end || buffer[at] !== CR || buffer[at + 1] !== LF) break;
      this.nameFrom = line;
      this.nameTo = nameTo;
      this.valueFrom = valueFrom;
      this.lineFrom = at;
      this.solidTo = solidEnd(buffer, valueFrom, at);
      if (!this.keep()) break;
      line = at + 2;
    }
    return line;
  }

  /** A line's first octet. */
  private readLine(buffer: Uint8Array, at: number, end: number): number {
    const octet = buffer[at] as number;
    const marks = CLASSES[octet] as number;
    if ((marks & TOKEN) !== 0) {
      this.nameFrom = at;
      this.state = NAME;
      return this.readName(buffer, at + 1, end);
    }
    if (octet === CR) {
      this.state = END_LF;
      return at + 1;
    }
    if (octet === LF) return this.readEnd(buffer, at);
    if ((marks & BLANK) !== 0) return this.unfold(buffer, at);
    return this.refuse('field-name', at);
  }

  private readName(buffer: Uint8Array, from: number, end: number): number {
    let at = from;
    while (at < end && ((CLASSES[buffer[at] as number] as number) & TOKEN) !== 0) at++;
    if (at === end) return at;
    const octet = buffer[at] as number;
    if (octet !== COLON) return this.refuse(nameReason(octet), at);
    this.nameTo = at;
    this.state = BLANKS;
    this.solidTo = at + 1;
    this.lineFrom = at + 1;
    return this.readBlanks(buffer, at + 1, end);
  }

  private readBlanks(buffer: Uint8Array, from: number, end: number): number {
    let at = from;
    while (at < end && ((CLASSES[buffer[at] as number] as number) & BLANK) !== 0) at++;
    if (at === end) return at;
    this.valueFrom = at;
    this.solidTo = at;
    this.lineFrom = at;
    this.state = CONTENT;
    return this.readContent(buffer, at, end);
  }

  private readContent(buffer: Uint8Array, from: number, end: number): number {
    const at = skipValue(this.view, buffer, from, end);
    if (at === end) return at;
    const octet = buffer[at] as number;
    if (octet === CR) {
      this.endLine(buffer, at);
      if (at + 1 < end) return this.readLineFeed(buffer, at + 1);
      return at + 1;
    }
    if (octet !== LF) return this.refuse(octet === 0 ? 'nul-in-value' : 'control-in-value', at);
    this.endLine(buffer, at);
    if (!this.bareLineFeed) return this.refuse('line-feed', at);
    return this.readLineFeed(buffer, at);
  }

  /** Notes where the value ends, without the blanks at its end. */
  private endLine(buffer: Uint8Array, end: number): void {
    const to = solidEnd(buffer, this.lineFrom, end);
    if (to > this.lineFrom) this.solidTo = to;
    this.lineFrom = end;
    this.state = CONTENT_LF;
  }

  private readLineFeed(buffer: Uint8Array, at: number): number {
    if (buffer[at] !== LF) return this.refuse('carriage-return', at);
    this.state = LINE;
    if (this.nameTo - this.nameFrom > MAXIMUM_NAME) return this.refuse('head-too-large', at);
    return this.keep() ? at + 1 : this.refuse('too-many-fields', at);
  }

  private keep(): boolean {
    if (this.count >= this.limits.fields) return false;
    if (this.count === this.ids.length) this.grow();
    const index = this.count++;
    const place = index << 2;
    const { places, nameFrom, nameTo } = this;
    places[place] = nameFrom;
    places[place + 1] = nameTo;
    places[place + 2] = this.valueFrom;
    places[place + 3] = this.solidTo;
    const id = numberOf(this.buffer, nameFrom, nameTo);
    this.ids[index] = id;
    if (id !== 0) this.seen |= 1 << id;
    this.understood += nameTo - nameFrom + this.solidTo - this.valueFrom + FIELD_OVERHEAD;
    return true;
  }

  private grow(): void {
    const places = new Int32Array(this.places.length * 2);
    places.set(this.places);
    this.places = places;
    const ids = new Uint8Array(this.ids.length * 2);
    ids.set(this.ids);
    this.ids = ids;
  }

  /** A line that begins with a blank goes on with the last one's value (RFC 9112 section 5.2): its end becomes spaces. */
  private unfold(buffer: Uint8Array, at: number): number {
    if (this.count === 0) return this.refuse('fold-without-field', at);
    this.count--;
    this.understood -= this.nameTo - this.nameFrom + this.solidTo - this.valueFrom + FIELD_OVERHEAD;
    for (let end = this.lineFrom; end < at; end++) buffer[end] = SPACE;
    this.lineFrom = at;
    this.state = this.solidTo === this.valueFrom ? BLANKS : CONTENT;
    return at + 1;
  }

  private readEnd(buffer: Uint8Array, at: number): number {
    const octet = buffer[at];
    if (octet !== LF) return this.refuse('carriage-return', at);
    if (this.state === LINE && !this.bareLineFeed) return this.refuse('line-feed', at);
    this.state = DONE;
    return at + 1;
  }

  private refuse(reason: Reason, at: number): number {
    this.refusal = reason;
    this.state = REFUSED;
    return at;
  }

  /** The octets have been moved by so many places, into this buffer. */
  moved(buffer: Uint8Array, by: number): void {
    this.use(buffer);
    for (let place = 0; place < this.count * 4; place++) this.places[place] = (this.places[place] as number) + by;
    this.at += by;
    this.nameFrom += by;
    this.nameTo += by;
    this.valueFrom += by;
    this.lineFrom += by;
    this.solidTo += by;
  }

  nameFromOf(index: number): number {
    return this.places[index << 2] as number;
  }

  nameToOf(index: number): number {
    return this.places[(index << 2) + 1] as number;
  }

  valueFromOf(index: number): number {
    return this.places[(index << 2) + 2] as number;
  }

  valueToOf(index: number): number {
    return this.places[(index << 2) + 3] as number;
  }

  /** The number of a field's name, 0 if it has none. */
  idOf(index: number): number {
    return this.ids[index] as number;
  }

  has(name: FieldName): boolean {
    return name.id === 0 ? this.find(name) !== -1 : (this.seen & (1 << name.id)) !== 0;
  }

  /** The first field of the name from `after + 1` on, -1 if there is none. */
  find(name: FieldName, after = -1): number {
    if (name.id !== 0 && (this.seen & (1 << name.id)) === 0) return -1;
    for (let index = after + 1; index < this.count; index++) if (this.isNamed(index, name)) return index;
    return -1;
  }

  isNamed(index: number, name: FieldName): boolean {
    if (name.id !== 0) return this.ids[index] === name.id;
    const from = this.nameFromOf(index);
    return this.nameToOf(index) - from === name.octets.length && matchesLower(this.buffer, from, name.octets);
  }

  nameText(index: number): string {
    return toLatin1(this.buffer, this.nameFromOf(index), this.nameToOf(index));
  }

  valueText(index: number): string {
    return toLatin1(this.buffer, this.valueFromOf(index), this.valueToOf(index));
  }
}

/** The end of a range without the blanks there. */
function solidEnd(buffer: Uint8Array, from: number, end: number): number {
  let to = end;
  while (to > from && ((CLASSES[buffer[to - 1] as number] as number) & BLANK) !== 0) to--;
  return to;
}

function nameReason(octet: number): Reason {
  if (((CLASSES[octet] as number) & BLANK) !== 0) return 'blank-before-colon';
  return octet === CR || octet === LF ? 'no-colon' : 'field-name';
}
