import { OPTION_UPGRADE, connectionOptions, hasElement } from './connection-options.ts';
import { UPGRADE, WEBSOCKET_ACCEPT } from './field-name.ts';
import type { Progress } from './fields.ts';
import { FieldSection } from './fields.ts';
import type { Framing, LengthFields } from './framing.ts';
import { readLengthFields } from './framing.ts';
import type { HeadLimits } from './limits.ts';
import { HAPROXY_LIMITS } from './limits.ts';
import type { Method } from './method.ts';
import { BLANK, CLASSES, CR, DIGIT, LF, VALUE, fromLatin1, toLatin1 } from './octets.ts';
import type { Reason } from './refusal.ts';
import type { Minor } from './version.ts';
import { versionAt } from './version.ts';

// States between two octets.
const VERSION = 0;
const VERSION_BLANKS = 1;
const STATUS = 2;
const STATUS_BLANKS = 3;
const REASON = 4;
const LINE_LF = 5;
const FIELDS = 6;
const DONE = 7;
const REFUSED = 8;

const WEBSOCKET = fromLatin1('websocket');

/** What a response's meaning depends on. */
export interface Asked {
  readonly method: Method;
  /** The request asked for another protocol, and that was forwarded. */
  readonly upgrades: boolean;
}

/** The head of a response, read in place and understood as RFC 9112 has it, or refused. Made once for a connection. */
export class ResponseHead {
  readonly fields: FieldSection;
  start = 0;
  /** Where reading goes on; behind the head once it is done. */
  at = 0;
  refusal: Reason | undefined;
  status = 0;
  reasonFrom = 0;
  reasonTo = 0;
  minor: Minor = 1;
  framing: Framing = 'none';
  /** Octets of the body where `framing` is `length`. */
  length = 0;
  /** What the fields say, also of a body that does not come (HEAD, 304); -1 without a Content-Length. */
  declaredLength = -1;
  declaredChunked = false;
  /** Options of Connection, bits of connection-options.ts. */
  options = 0;
  /** Both Content-Length and Transfer-Encoding: the server's connection must end with this exchange. */
  ambiguous = false;
  private state = VERSION;
  private readonly limits: HeadLimits;
  private readonly lengths: LengthFields = { length: -1, chunked: false, refusal: undefined };
  private asked: Asked = { method: 'GET', upgrades: false };

  constructor(limits: HeadLimits = HAPROXY_LIMITS) {
    this.limits = limits;
    this.fields = new FieldSection(limits, true);
  }

  get buffer(): Uint8Array {
    return this.fields.buffer;
  }

  /** 1xx but 101: another response to the same request follows. */
  get interim(): boolean {
    return this.status < 200 && this.status !== 101;
  }

  /** Whether anything has come of it. */
  get begun(): boolean {
    return this.at > this.start;
  }

  begin(at: number, asked: Asked): void {
    this.at = at;
    this.start = at;
    this.state = VERSION;
    this.refusal = undefined;
    this.asked = asked;
  }

  /** Reads on to `end`, from where the last call stopped. The octets since `start` must still lie where they lay (`moved`). */
  read(buffer: Uint8Array, end: number): Progress {
    const limit = this.start + this.limits.arrived;
    const until = end < limit ? end : limit;
    if (this.state < FIELDS) {
      this.fields.use(buffer);
      let at = this.at;
      while (at < until && this.state < FIELDS) at = this.step(buffer, at, until);
      this.at = at;
      if (this.state === FIELDS) this.fields.begin(at);
    }
    if (this.state === FIELDS) this.readFields(buffer, until);
    if (this.state === DONE) return 'done';
    if (this.state !== REFUSED && end > limit) this.refuse('head-too-large');
    return this.refusal === undefined ? 'more' : 'refused';
  }

  private readFields(buffer: Uint8Array, until: number): void {
    const progress = this.fields.read(buffer, until);
    this.at = this.fields.at;
    if (progress === 'refused') this.refuse(this.fields.refusal ?? 'field-name');
    if (progress === 'done') this.finish();
  }

  private step(buffer: Uint8Array, at: number, end: number): number {
    switch (this.state) {
      case VERSION:
        return this.readVersion(buffer, at, end);
      case VERSION_BLANKS:
        return this.readVersionBlanks(buffer, at, end);
      case STATUS:
        return this.readStatus(buffer, at, end);
      case STATUS_BLANKS:
        return this.readStatusBlanks(buffer, at, end);
      case REASON:
        return this.readReason(buffer, at, end);
      default:
        this.state = FIELDS;
        return buffer[at] === LF ? at + 1 : this.refuse('carriage-return', at);
    }
  }

  private readVersion(buffer: Uint8Array, from: number, end: number): number {
    let at = from;
    while (at < end && at - this.start < 8) at++;
    if (at === end) return at;
    const minor = versionAt(buffer, this.start, at);
    if (minor < 0 || ((CLASSES[buffer[at] as number] as number) & BLANK) === 0)
      return this.refuse(minor === -2 ? 'version-unsupported' : 'version', at);
    this.minor = minor as Minor;
    this.state = VERSION_BLANKS;
    return this.readVersionBlanks(buffer, at + 1, end);
  }

  private readVersionBlanks(buffer: Uint8Array, from: number, end: number): number {
    const at = skipBlanks(buffer, from, end);
    if (at === end) return at;
    this.status = 0;
    this.reasonFrom = at;
    this.state = STATUS;
    return this.readStatus(buffer, at, end);
  }

  /** `reasonFrom` is where the status begins as long as it is read. */
  private readStatus(buffer: Uint8Array, from: number, end: number): number {
    let at = from;
    while (at < end && at - this.reasonFrom < 3 && ((CLASSES[buffer[at] as number] as number) & DIGIT) !== 0) {
      this.status = this.status * 10 + (buffer[at] as number) - 0x30;
      at++;
    }
    if (at === end) return at;
    const octet = buffer[at] as number;
    const blank = ((CLASSES[octet] as number) & BLANK) !== 0;
    if (at - this.reasonFrom !== 3 || this.status < 100 || !(blank || octet === CR || octet === LF))
      return this.refuse('status', at);
    this.state = STATUS_BLANKS;
    return this.readStatusBlanks(buffer, at, end);
  }

  private readStatusBlanks(buffer: Uint8Array, from: number, end: number): number {
    const at = skipBlanks(buffer, from, end);
    if (at === end) return at;
    this.reasonFrom = at;
    this.state = REASON;
    return this.readReason(buffer, at, end);
  }

  private readReason(buffer: Uint8Array, from: number, end: number): number {
    let at = from;
    while (at < end && ((CLASSES[buffer[at] as number] as number) & VALUE) !== 0) at++;
    if (at === end) return at;
    const octet = buffer[at];
    if (octet !== CR && octet !== LF) return this.refuse('reason', at);
    this.reasonTo = at;
    this.state = octet === CR ? LINE_LF : FIELDS;
    return at + 1;
  }

  private finish(): void {
    const { lengths } = this;
    // Version of eight octets, status of three.
    if (this.fields.understood + 11 + this.reasonTo - this.reasonFrom > this.limits.understood) {
      this.refuse('head-too-large');
      return;
    }
    this.options = connectionOptions(this.fields);
    readLengthFields(this.fields, lengths);
    this.declaredLength = lengths.length;
    this.declaredChunked = lengths.chunked;
    this.ambiguous = lengths.chunked && lengths.length !== -1;
    const reason = lengths.refusal ?? this.checkVersion() ?? this.checkSwitch();
    if (reason !== undefined) {
      this.refuse(reason);
      return;
    }
    this.decideFraming();
    this.state = DONE;
  }

  private checkVersion(): Reason | undefined {
    return this.lengths.chunked && this.minor === 0 ? 'transfer-encoding-in-1.0' : undefined;
  }

  /** 101 answers a request to switch, and names what it switches to (RFC 9110 section 15.2.2). */
  private checkSwitch(): Reason | undefined {
    if (this.status !== 101) return undefined;
    const named = (this.options & OPTION_UPGRADE) !== 0 && this.fields.has(UPGRADE);
    if (!this.asked.upgrades || !named) return 'upgrade-not-asked';
    const websocket = hasElement(this.fields, UPGRADE, WEBSOCKET);
    return websocket && !this.fields.has(WEBSOCKET_ACCEPT) ? 'websocket-without-key' : undefined;
  }

  /** RFC 9112 section 6.3, in its order. */
  private decideFraming(): void {
    const { status, lengths } = this;
    const { method } = this.asked;
    this.length = 0;
    if (status === 101 || (method === 'CONNECT' && status >= 200 && status < 300)) this.framing = 'tunnel';
    else if (method === 'HEAD' || status < 200 || status === 204 || status === 304) this.framing = 'none';
    else if (lengths.chunked) this.framing = 'chunked';
    else if (lengths.length !== -1) {
      this.framing = 'length';
      this.length = lengths.length;
    } else this.framing = 'close';
  }

  private refuse(reason: Reason, at: number = this.at): number {
    this.refusal = reason;
    this.state = REFUSED;
    return at;
  }

  /** The octets have been moved by so many places, into this buffer. */
  moved(buffer: Uint8Array, by: number): void {
    this.fields.moved(buffer, by);
    this.start += by;
    this.at += by;
    this.reasonFrom += by;
    this.reasonTo += by;
  }

  reasonText(): string {
    return toLatin1(this.buffer, this.reasonFrom, this.reasonTo);
  }
}

function skipBlanks(buffer: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && ((CLASSES[buffer[at] as number] as number) & BLANK) !== 0) at++;
  return at;
}
