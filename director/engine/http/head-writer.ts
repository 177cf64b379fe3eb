import { OPTION_NOMINATES, isNominated } from './connection-options.ts';
import { ElementList } from './element-list.ts';
import {
  CONNECTION,
  CONTENT_LENGTH,
  HOST_FIELD,
  HTTP2_SETTINGS,
  KEEP_ALIVE,
  PROXY_CONNECTION,
  TE,
  TRANSFER_ENCODING,
  UPGRADE,
} from './field-name.ts';
import type { FieldSection } from './fields.ts';
import type { HeadEdits } from './head-edits.ts';
import { OctetWriter } from './octet-writer.ts';
import { COMMA, LOWER, SPACE, fromLatin1, rangeIs, toLatin1 } from './octets.ts';
import type { RequestHead } from './request-head.ts';
import { H2C } from './request-head.ts';
import type { Target } from './target.ts';
import type { ResponseHead } from './response-head.ts';

/** What a forwarded head says of its body and its connection: never what the other side said, but what was decided. */
export interface Outgoing {
  /** Of the body; `declared` lengths of bodies that do not come (HEAD, 304) count as theirs. */
  readonly transfer: 'none' | 'length' | 'chunked';
  /** Octets where `transfer` is `length`. */
  readonly length: number;
  readonly connection: 'none' | 'close' | 'keep-alive';
  readonly upgrade: boolean;
  /** The server may send trailers. */
  readonly trailers: boolean;
}

/** `h1-case-adjust`: small letters to what is written instead. */
export type NameCases = ReadonlyMap<string, Uint8Array>;

/** A version, `Connection`, framing and the blanks that the RFC wants and the sender may have left out. */
const OWN_OCTETS = 192;
const OCTETS_PER_FIELD = 4;

const VERSION_0 = fromLatin1('HTTP/1.0');
const VERSION_1 = fromLatin1('HTTP/1.1');
const CHUNKED = fromLatin1('chunked');
const CLOSE = fromLatin1('close');
const TRAILERS = fromLatin1('trailers');

const HANDLED = [
  CONNECTION,
  CONTENT_LENGTH,
  HTTP2_SETTINGS,
  KEEP_ALIVE,
  PROXY_CONNECTION,
  TE,
  TRANSFER_ENCODING,
  UPGRADE,
].reduce((mask, { id }) => mask | (1 << id), 0);

/**
 * Writes heads anew from what was understood of them, as HAProxy does: names in small letters, one space after the colon, the
 * fields' order kept, what is added behind them. Answers where the head ends in the buffer, -1 if there is too little room.
 */
export class HeadWriter {
  private readonly writer = new OctetWriter();
  private readonly list = new ElementList();
  private readonly cases: NameCases | undefined;
  private framed = false;
  private handledIds = HANDLED;
  private host: Target | undefined;

  constructor(cases?: NameCases) {
    this.cases = cases;
  }

  request(head: RequestHead, edits: HeadEdits, outgoing: Outgoing, into: Uint8Array, at: number): number {
    if (into.length - at < room(head.at - head.start, head.fields, edits)) return -1;
    const { writer } = this;
    writer.begin(into, at);
    if (edits.method === undefined) writer.copy(head.fields.view, head.start, head.methodTo);
    else writer.octets(edits.method);
    writer.octet(SPACE);
    if (edits.target === undefined) this.target(head);
    else writer.octets(edits.target);
    writer.octet(SPACE);
    writer.octets(head.minor === 0 ? VERSION_0 : VERSION_1);
    writer.line();
    this.handledIds = head.target.bareTo < head.target.authorityTo ? HANDLED | (1 << HOST_FIELD.id) : HANDLED;
    this.host = head.target;
    return this.section(head.fields, edits, outgoing, (head.options & OPTION_NOMINATES) !== 0);
  }

  /** HAProxy leaves a port out that its scheme has anyway, but for CONNECT. */
  private target(head: RequestHead): void {
    const { from, to, form, bareTo, authorityTo } = head.target;
    if (form !== 'absolute' || bareTo === authorityTo) this.writer.copy(head.fields.view, from, to);
    else {
      this.writer.copy(head.fields.view, from, bareTo);
      this.writer.copy(head.fields.view, authorityTo, to);
    }
  }

  response(head: ResponseHead, edits: HeadEdits, outgoing: Outgoing, into: Uint8Array, at: number): number {
    if (into.length - at < room(head.at - head.start, head.fields, edits)) return -1;
    const { writer } = this;
    writer.begin(into, at);
    writer.octets(head.minor === 0 ? VERSION_0 : VERSION_1);
    writer.octet(SPACE);
    writer.decimal(edits.status === 0 ? head.status : edits.status);
    writer.octet(SPACE);
    if (edits.reason === undefined) writer.copy(head.fields.view, head.reasonFrom, head.reasonTo);
    else writer.octets(edits.reason);
    writer.line();
    this.handledIds = HANDLED;
    return this.section(head.fields, edits, outgoing, (head.options & OPTION_NOMINATES) !== 0);
  }

  private section(fields: FieldSection, edits: HeadEdits, outgoing: Outgoing, nominates: boolean): number {
    const { writer } = this;
    this.framed = false;
    const touched = edits.touched;
    for (let index = 0; index < fields.count; index++) {
      if (touched && edits.isDropped(index)) continue;
      if ((this.handledIds & (1 << fields.idOf(index))) !== 0) this.handled(fields, index, outgoing, edits);
      else if (!nominates || !isNominated(fields, index))
        this.field(fields, index, touched ? edits.valueGiven(index) : undefined);
    }
    if (touched) this.added(edits);
    this.framing(outgoing);
    this.connection(outgoing);
    writer.line();
    return writer.at;
  }

  private field(fields: FieldSection, index: number, given: Uint8Array | undefined): void {
    const { writer } = this;
    this.name(fields, index);
    writer.colon();
    if (given === undefined) writer.copy(fields.view, fields.valueFromOf(index), fields.valueToOf(index));
    else writer.octets(given);
    writer.line();
  }

  private name(fields: FieldSection, index: number): void {
    const from = fields.nameFromOf(index);
    const to = fields.nameToOf(index);
    const adjusted = this.cases?.get(lowerText(fields.buffer, from, to));
    if (adjusted?.length === to - from) this.writer.octets(adjusted);
    else this.writer.copyLower(fields.view, from, to);
  }

  private ownName(octets: Uint8Array): void {
    const adjusted = this.cases?.get(toLatin1(octets));
    this.writer.octets(adjusted?.length === octets.length ? adjusted : octets);
    this.writer.colon();
  }

  private added(edits: HeadEdits): void {
    for (let index = edits.arrived; index < edits.count; index++) {
      const name = edits.addedName(index);
      const value = edits.valueGiven(index);
      if (name === undefined || value === undefined || edits.isDropped(index)) continue;
      this.ownName(name.octets);
      this.writer.octets(value);
      this.writer.line();
    }
  }

  /** Fields that are understood are not copied: they say what was decided, where the sender's stood. */
  private handled(fields: FieldSection, index: number, outgoing: Outgoing, edits: HeadEdits): void {
    const id = fields.idOf(index);
    if (id === CONTENT_LENGTH.id || id === TRANSFER_ENCODING.id) this.framing(outgoing);
    else if (id === HOST_FIELD.id) this.ownHost(fields, index, edits);
    else if (id === UPGRADE.id && outgoing.upgrade) this.upgrade(fields, index);
    else if (id === TE.id && outgoing.trailers && fields.find(TE) === index) {
      this.ownName(TE.octets);
      this.writer.octets(TRAILERS);
      this.writer.line();
    }
  }

  /** The target's own host, whose port it does not name any more (RFC 9112 section 3.2.2), unless a rule has given another. */
  private ownHost(fields: FieldSection, index: number, edits: HeadEdits): void {
    const given = edits.valueGiven(index);
    if (given !== undefined || this.host === undefined) {
      this.field(fields, index, given);
      return;
    }
    this.ownName(HOST_FIELD.octets);
    this.writer.copy(fields.view, this.host.authorityFrom, this.host.bareTo);
    this.writer.line();
  }

  private framing(outgoing: Outgoing): void {
    if (this.framed || outgoing.transfer === 'none') return;
    this.framed = true;
    if (outgoing.transfer === 'chunked') {
      this.ownName(TRANSFER_ENCODING.octets);
      this.writer.octets(CHUNKED);
    } else {
      this.ownName(CONTENT_LENGTH.octets);
      this.writer.decimal(outgoing.length);
    }
    this.writer.line();
  }

  private upgrade(fields: FieldSection, index: number): void {
    const { list, writer } = this;
    let first = true;
    list.begin(fields.buffer, fields.valueFromOf(index), fields.valueToOf(index));
    while (list.next()) {
      if (rangeIs(fields.buffer, list.from, list.to, H2C)) continue;
      if (first) this.ownName(UPGRADE.octets);
      else this.separator();
      first = false;
      writer.copy(fields.view, list.from, list.to);
    }
    if (!first) writer.line();
  }

  private separator(): void {
    this.writer.octet(COMMA);
    this.writer.octet(SPACE);
  }

  /** RFC 9110 section 7.6.1: our own, naming what in this message is for the next hop only. */
  private connection(outgoing: Outgoing): void {
    const { writer } = this;
    if (outgoing.connection === 'none' && !outgoing.upgrade && !outgoing.trailers) return;
    this.ownName(CONNECTION.octets);
    let first = true;
    const option = (octets: Uint8Array): void => {
      if (!first) this.separator();
      first = false;
      writer.octets(octets);
    };
    if (outgoing.connection !== 'none') option(outgoing.connection === 'close' ? CLOSE : KEEP_ALIVE.octets);
    if (outgoing.upgrade) option(UPGRADE.octets);
    if (outgoing.trailers) option(TE.octets);
    writer.line();
  }
}

/** An upper bound of what a head takes, from what it took when it came. */
function room(arrived: number, fields: FieldSection, edits: HeadEdits): number {
  return arrived + fields.count * OCTETS_PER_FIELD + edits.extra + OWN_OCTETS;
}

function lowerText(buffer: Uint8Array, from: number, to: number): string {
  return toLatin1(buffer.subarray(from, to).map((octet) => LOWER[octet] as number));
}
