import { OPTION_UPGRADE, connectionOptions, hasElement, hasElementBeside } from './connection-options.ts';
import { HOST_FIELD, UPGRADE, WEBSOCKET_KEY } from './field-name.ts';
import type { Progress } from './fields.ts';
import { FieldSection } from './fields.ts';
import type { Framing, LengthFields } from './framing.ts';
import { readLengthFields } from './framing.ts';
import type { HeadLimits } from './limits.ts';
import { HAPROXY_LIMITS } from './limits.ts';
import type { Method } from './method.ts';
import { isReserved, methodAt } from './method.ts';
import { BLANK, CLASSES, CR, LF, TOKEN, fromLatin1, toLatin1 } from './octets.ts';
import type { Reason } from './refusal.ts';
import { skipTarget } from './scan.ts';
import type { Target } from './target.ts';
import { agreesWithHost, emptyTarget, isAuthority, leaveOutPort, readTarget } from './target.ts';
import type { Minor } from './version.ts';
import { versionAt } from './version.ts';

// States between two octets.
const BEFORE = 0;
const BEFORE_LF = 1;
const METHOD = 2;
const METHOD_BLANKS = 3;
const IN_TARGET = 4;
const TARGET_BLANKS = 5;
const VERSION = 6;
const VERSION_LF = 7;
const FIELDS = 8;
const DONE = 9;
const REFUSED = 10;

const WEBSOCKET = fromLatin1('websocket');
/** HTTP/2 without TLS would be a way around a proxy that reads messages: it is not forwarded (RFC 9113 has dropped it). */
export const H2C: Uint8Array = fromLatin1('h2c');

/**
 * The head of a request, read in place and understood as RFC 9112 has it, or refused. Made once for a connection. Of what the RFC
 * leaves to the recipient it takes what HAProxy takes: empty lines before, LF alone as a line's end, several blanks between the
 * parts of the first line, folded lines, equal lengths several times.
 */
export class RequestHead {
  readonly fields: FieldSection;
  /** Where the head begins, empty lines before it aside. */
  start = 0;
  /** Where reading goes on; behind the head once it is done. */
  at = 0;
  refusal: Reason | undefined;
  method: Method = 'other';
  methodTo = 0;
  readonly target: Target = emptyTarget();
  minor: Minor = 1;
  framing: Framing = 'none';
  /** Octets of the body where `framing` is `length`. */
  length = 0;
  /** Options of Connection, bits of connection-options.ts. */
  options = 0;
  /** Both Content-Length and Transfer-Encoding: the connection must end with this exchange (RFC 9112 section 6.1). */
  ambiguous = false;
  private state = BEFORE;
  private arrivedFrom = 0;
  private versionFrom = 0;
  private readonly limits: HeadLimits;
  private readonly lengths: LengthFields = { length: -1, chunked: false, refusal: undefined };

  constructor(limits: HeadLimits = HAPROXY_LIMITS) {
    this.limits = limits;
    this.fields = new FieldSection(limits, true);
  }

  get buffer(): Uint8Array {
    return this.fields.buffer;
  }

  begin(at: number): void {
    this.at = at;
    this.start = at;
    this.arrivedFrom = at;
    this.state = BEFORE;
    this.refusal = undefined;
  }

  /** Whether anything but empty lines has come: what tells a client that went away from one that stopped in the middle. */
  get begun(): boolean {
    return this.state > BEFORE_LF;
  }

  /** Reads on to `end`, from where the last call stopped. The octets since `start` must still lie where they lay (`moved`). */
  read(buffer: Uint8Array, end: number): Progress {
    const limit = this.arrivedFrom + this.limits.arrived;
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
    if (progress === 'done') this.finish(buffer);
  }

  private step(buffer: Uint8Array, at: number, end: number): number {
    switch (this.state) {
      case BEFORE:
        return this.readBefore(buffer, at, end);
      case BEFORE_LF:
        this.state = BEFORE;
        return buffer[at] === LF ? at + 1 : this.refuse('carriage-return', at);
      case METHOD:
        return this.readMethod(buffer, at, end);
      case METHOD_BLANKS:
        return this.readMethodBlanks(buffer, at, end);
      case IN_TARGET:
        return this.readTargetOctets(buffer, at, end);
      case TARGET_BLANKS:
        return this.readTargetBlanks(buffer, at, end);
      case VERSION:
        return this.readVersion(buffer, at, end);
      default:
        this.state = FIELDS;
        return buffer[at] === LF ? at + 1 : this.refuse('carriage-return', at);
    }
  }

  /** RFC 9112 section 2.2: empty lines before a request are overlooked. */
  private readBefore(buffer: Uint8Array, at: number, end: number): number {
    const octet = buffer[at] as number;
    if (((CLASSES[octet] as number) & TOKEN) !== 0) {
      this.start = at;
      this.state = METHOD;
      return this.readMethod(buffer, at + 1, end);
    }
    if (octet === CR) this.state = BEFORE_LF;
    else if (octet !== LF) return this.refuse('leading-octets', at);
    return at + 1;
  }

  private readMethod(buffer: Uint8Array, from: number, end: number): number {
    let at = from;
    while (at < end && ((CLASSES[buffer[at] as number] as number) & TOKEN) !== 0) at++;
    if (at === end) return at;
    const octet = buffer[at] as number;
    if (((CLASSES[octet] as number) & BLANK) === 0) return this.refuse(isEnd(octet) ? 'no-version' : 'method', at);
    this.methodTo = at;
    this.method = methodAt(buffer, this.start, at);
    if (isReserved(buffer, this.start, at)) return this.refuse('method', at);
    this.state = METHOD_BLANKS;
    return this.readMethodBlanks(buffer, at + 1, end);
  }

  private readMethodBlanks(buffer: Uint8Array, from: number, end: number): number {
    const at = skipBlanks(buffer, from, end);
    if (at === end) return at;
    if (isEnd(buffer[at])) return this.refuse('no-version', at);
    this.target.from = at;
    this.state = IN_TARGET;
    return this.readTargetOctets(buffer, at, end);
  }

  private readTargetOctets(buffer: Uint8Array, from: number, end: number): number {
    const at = skipTarget(this.fields.view, buffer, from, end);
    if (at === end) return at;
    const octet = buffer[at] as number;
    if (((CLASSES[octet] as number) & BLANK) === 0) return this.refuse(isEnd(octet) ? 'no-version' : 'target', at);
    this.target.to = at;
    this.state = TARGET_BLANKS;
    return this.readTargetBlanks(buffer, at + 1, end);
  }

  private readTargetBlanks(buffer: Uint8Array, from: number, end: number): number {
    const at = skipBlanks(buffer, from, end);
    if (at === end) return at;
    if (isEnd(buffer[at])) return this.refuse('no-version', at);
    this.versionFrom = at;
    this.state = VERSION;
    return this.readVersion(buffer, at, end);
  }

  private readVersion(buffer: Uint8Array, from: number, end: number): number {
    let at = from;
    while (at < end && at - this.versionFrom < 8 && !isEnd(buffer[at])) at++;
    if (at === end) return at;
    const minor = versionAt(buffer, this.versionFrom, at);
    if (minor < 0 || !isEnd(buffer[at])) return this.refuse(minor === -2 ? 'version-unsupported' : 'version', at);
    this.minor = minor as Minor;
    this.state = buffer[at] === CR ? VERSION_LF : FIELDS;
    return at + 1;
  }

  private finish(buffer: Uint8Array): void {
    const { target, fields } = this;
    // Method, target and version of eight octets.
    const line = this.methodTo - this.start + (target.to - target.from) + 8;
    if (fields.understood + line > this.limits.understood) {
      this.refuse('head-too-large');
      return;
    }
    this.options = connectionOptions(fields);
    const reason = this.checkTarget(buffer) ?? this.checkFraming() ?? this.checkUpgrade();
    if (reason === undefined) this.state = DONE;
    else this.refuse(reason);
  }

  /** RFC 9112 section 3.2, with its Host; a difference between both is refused, as HAProxy does (RFC 9110 section 7.2). */
  private checkTarget(buffer: Uint8Array): Reason | undefined {
    const { method, fields, target } = this;
    const reason = readTarget(buffer, target, method === 'CONNECT' || method === 'OPTIONS' ? method : 'other');
    if (reason !== undefined) return reason;
    const named = target.form === 'absolute' || target.form === 'authority';
    if (named) leaveOutPort(buffer, target);
    const host = fields.find(HOST_FIELD);
    if (host === -1) return this.minor === 1 ? 'host-missing' : undefined;
    if (fields.find(HOST_FIELD, host) !== -1) return 'host-repeated';
    const from = fields.valueFromOf(host);
    const to = fields.valueToOf(host);
    if (!isAuthority(buffer, from, to)) return 'host';
    return named && !agreesWithHost(buffer, target, from, to) ? 'host-disagrees' : undefined;
  }

  private checkFraming(): Reason | undefined {
    const { lengths } = this;
    readLengthFields(this.fields, lengths);
    if (lengths.refusal !== undefined) return lengths.refusal;
    this.length = 0;
    this.ambiguous = lengths.chunked && lengths.length !== -1;
    if (this.method === 'CONNECT') {
      this.framing = 'none';
      return lengths.chunked || lengths.length > 0 ? 'connect-with-content' : undefined;
    }
    if (lengths.chunked) {
      this.framing = 'chunked';
      return this.minor === 0 ? 'transfer-encoding-in-1.0' : undefined;
    }
    this.framing = lengths.length === -1 ? 'none' : 'length';
    this.length = Math.max(0, lengths.length);
    return undefined;
  }

  /** A WebSocket handshake without a key cannot be answered; HAProxy refuses it. */
  private checkUpgrade(): Reason | undefined {
    if (!this.upgrades || this.fields.has(WEBSOCKET_KEY)) return undefined;
    return hasElement(this.fields, UPGRADE, WEBSOCKET) ? 'websocket-without-key' : undefined;
  }

  /** Whether it asks for another protocol; HTTP/1.0 cannot (RFC 9110 section 7.8), and one with a body does not, as in HAProxy. */
  get upgrades(): boolean {
    const asked = (this.options & OPTION_UPGRADE) !== 0 && this.fields.has(UPGRADE) && this.minor === 1;
    if (!asked || this.framing === 'chunked' || this.length > 0) return false;
    return hasElementBeside(this.fields, UPGRADE, H2C);
  }

  private refuse(reason: Reason, at: number = this.at): number {
    this.refusal = reason;
    this.state = REFUSED;
    return at;
  }

  /** The octets have been moved by so many places, into this buffer. */
  moved(buffer: Uint8Array, by: number): void {
    const { target } = this;
    this.fields.moved(buffer, by);
    this.start += by;
    this.at += by;
    this.arrivedFrom += by;
    this.methodTo += by;
    this.versionFrom += by;
    target.from += by;
    target.to += by;
    target.schemeTo += by;
    target.authorityFrom += by;
    target.authorityTo += by;
    target.bareTo += by;
    target.pathFrom += by;
  }

  methodText(): string {
    return toLatin1(this.buffer, this.start, this.methodTo);
  }

  targetText(): string {
    return toLatin1(this.buffer, this.target.from, this.target.to);
  }
}

function skipBlanks(buffer: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && ((CLASSES[buffer[at] as number] as number) & BLANK) !== 0) at++;
  return at;
}

function isEnd(octet: number | undefined): boolean {
  return octet === CR || octet === LF;
}
