import { ElementList } from './element-list.ts';
import { CONTENT_LENGTH, TRANSFER_ENCODING } from './field-name.ts';
import type { FieldSection } from './fields.ts';
import { CLASSES, DIGIT, fromLatin1, rangeIs } from './octets.ts';
import type { Reason } from './refusal.ts';

/** How the end of a body is told: there is none, a length, chunks, the end of the connection, or it is no message any more. */
export type Framing = 'none' | 'length' | 'chunked' | 'close' | 'tunnel';

/** What the fields of a message say about its body, before its version, method or status have a say. */
export interface LengthFields {
  /** Octets; -1 without a Content-Length. */
  length: number;
  chunked: boolean;
  refusal: Reason | undefined;
}

const CHUNKED = fromLatin1('chunked');
const list = new ElementList();

/** RFC 9112 sections 6.1 to 6.3. Fills `found`, which the caller keeps. */
export function readLengthFields(fields: FieldSection, found: LengthFields): void {
  found.length = -1;
  found.chunked = false;
  found.refusal = undefined;
  if (fields.has(CONTENT_LENGTH)) found.refusal = readContentLength(fields, found);
  if (found.refusal === undefined && fields.has(TRANSFER_ENCODING)) found.refusal = readTransferEncoding(fields);
  found.chunked = fields.has(TRANSFER_ENCODING);
}

/** Several lengths are taken if they are one number written several times (RFC 9112 section 6.3). */
function readContentLength(fields: FieldSection, found: LengthFields): Reason | undefined {
  for (let index = fields.find(CONTENT_LENGTH); index !== -1; index = fields.find(CONTENT_LENGTH, index)) {
    list.begin(fields.buffer, fields.valueFromOf(index), fields.valueToOf(index));
    let elements = 0;
    while (list.next()) {
      if (list.empty > 0) return 'content-length';
      elements++;
      const length = decimal(fields.buffer, list.from, list.to);
      if (length === -1) return 'content-length';
      if (length > Number.MAX_SAFE_INTEGER) return 'content-length-overflow';
      if (found.length !== -1 && found.length !== length) return 'content-length-differs';
      found.length = length;
    }
    if (elements === 0 || endsWithComma(fields, index)) return 'content-length';
  }
  return undefined;
}

function endsWithComma(fields: FieldSection, index: number): boolean {
  return fields.buffer[fields.valueToOf(index) - 1] === 0x2c;
}

/** -1 for anything but digits; a number too large for exact arithmetic is just large. */
function decimal(buffer: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) {
    const octet = buffer[at] as number;
    if (((CLASSES[octet] as number) & DIGIT) === 0) return -1;
    value = value * 10 + (octet - 0x30);
  }
  return value;
}

/** The only coding is `chunked`, once and last; others are not known here. The same refusals as HAProxy's. */
function readTransferEncoding(fields: FieldSection): Reason | undefined {
  let chunked = false;
  let others = false;
  for (let index = fields.find(TRANSFER_ENCODING); index !== -1; index = fields.find(TRANSFER_ENCODING, index)) {
    list.begin(fields.buffer, fields.valueFromOf(index), fields.valueToOf(index));
    while (list.next()) {
      if (chunked) return 'transfer-coding-not-chunked';
      if (list.empty > 0) others = true;
      if (rangeIs(fields.buffer, list.from, list.to, CHUNKED)) chunked = true;
      else others = true;
    }
  }
  // One comma at the end is overlooked, as HAProxy does.
  if (!chunked || list.empty > 0) return 'transfer-coding-not-chunked';
  return others ? 'transfer-coding-unknown' : undefined;
}
