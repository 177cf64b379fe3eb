import { type FieldName, nameOfNumber } from '../../../http/field-name.ts';
import { LOWER } from '../../../http/octets.ts';
import type { RequestHead } from '../../../http/request-head.ts';
import type { ResponseHead } from '../../../http/response-head.ts';
import type { Message } from '../../runtime/stream.ts';
import { latin1 } from '../values.ts';

export type AnyMessage = Message<RequestHead> | Message<ResponseHead>;

/** The value of a field, as rules have left it. */
export function valueAt({ head, edits }: AnyMessage, index: number): string {
  const given = edits.valueGiven(index);
  if (given !== undefined) return latin1(given);
  const { fields } = head;
  return latin1(fields.buffer, fields.valueFromOf(index), fields.valueToOf(index));
}

/** Its name in small letters. */
export function nameAt({ head, edits }: AnyMessage, index: number): string {
  const added = edits.addedName(index);
  if (added !== undefined) return latin1(added.octets);
  const { fields } = head;
  const known = nameOfNumber(fields.idOf(index));
  if (known !== undefined) return latin1(known.octets);
  return latin1(
    fields.buffer.subarray(fields.nameFromOf(index), fields.nameToOf(index)).map((octet) => LOWER[octet] ?? 0),
  );
}

/** The next field of a name behind `after`; of any name when there is none. -1: no more. */
export function nextField({ edits }: AnyMessage, name: FieldName | undefined, after: number): number {
  if (name !== undefined) return edits.find(name, after);
  for (let index = after + 1; index < edits.count; index++) if (!edits.isDropped(index)) return index;
  return -1;
}

export function firstValue(message: AnyMessage, name: FieldName): string | undefined {
  const index = message.edits.find(name);
  return index === -1 ? undefined : valueAt(message, index);
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;

/** Where the element that begins at `from` ends: at a comma outside quotes, or the end. */
export function elementEnd(text: string, from: number): number {
  let quoted = false;
  for (let at = from; at < text.length; at++) {
    const sign = text[at];
    if (sign === '"') quoted = !quoted;
    else if (sign === '\\' && quoted) at++;
    else if (sign === ',' && !quoted) return at;
  }
  return text.length;
}

/** An element as a place in its value, without blanks around it. */
export interface Element {
  readonly from: number;
  readonly to: number;
}

/** The elements of a value that commas part; empty ones too. */
export function elementsOf(value: string): Element[] {
  const elements: Element[] = [];
  let at = 0;
  do {
    const end = elementEnd(value, at);
    let from = at;
    let to = end;
    while (from < to && isBlank(value.charCodeAt(from))) from++;
    while (to > from && isBlank(value.charCodeAt(to - 1))) to--;
    elements.push({ from, to });
    at = end + 1;
  } while (at <= value.length);
  return elements;
}

/** Calls for each value of a name, of elements or of whole lines, until `visit` says that it is enough. */
export function visitValues(
  message: AnyMessage,
  name: FieldName | undefined,
  whole: boolean,
  visit: (value: string) => boolean,
): boolean {
  for (let index = nextField(message, name, -1); index !== -1; index = nextField(message, name, index)) {
    const value = valueAt(message, index);
    if (whole || !value.includes(',')) {
      if (visit(value)) return true;
    } else if (elementsOf(value).some(({ from, to }) => visit(value.slice(from, to)))) return true;
  }
  return false;
}
