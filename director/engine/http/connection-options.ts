import { ElementList } from './element-list.ts';
import type { FieldName } from './field-name.ts';
import { CONNECTION, CONTENT_LENGTH, HOST_FIELD, KEEP_ALIVE, TE, TRANSFER_ENCODING, UPGRADE } from './field-name.ts';
import type { FieldSection } from './fields.ts';
import { fromLatin1, rangeIs, sameIgnoringCase } from './octets.ts';

/** What a message's Connection fields ask for; bits. */
export const OPTION_CLOSE = 1;
export const OPTION_KEEP_ALIVE = 2;
export const OPTION_UPGRADE = 4;
export const OPTION_TE = 8;
/** Fields of other names are for this connection only. */
export const OPTION_NOMINATES = 16;

const CLOSE = fromLatin1('close');
const list = new ElementList();

/** The options of all Connection fields together (RFC 9110 section 7.6.1). */
export function connectionOptions(fields: FieldSection): number {
  let options = 0;
  for (let index = fields.find(CONNECTION); index !== -1; index = fields.find(CONNECTION, index)) {
    list.begin(fields.buffer, fields.valueFromOf(index), fields.valueToOf(index));
    while (list.next()) options |= optionAt(fields.buffer, list.from, list.to);
  }
  return options;
}

function optionAt(buffer: Uint8Array, from: number, to: number): number {
  if (rangeIs(buffer, from, to, KEEP_ALIVE.octets)) return OPTION_KEEP_ALIVE;
  if (rangeIs(buffer, from, to, CLOSE)) return OPTION_CLOSE;
  if (rangeIs(buffer, from, to, UPGRADE.octets)) return OPTION_UPGRADE;
  if (rangeIs(buffer, from, to, TE.octets)) return OPTION_TE;
  return OPTION_NOMINATES;
}

/** Whoever names these in Connection wants the next reader to see another message than this one: they are never taken out. */
const KEPT: readonly FieldName[] = [HOST_FIELD, CONTENT_LENGTH, TRANSFER_ENCODING];

/** Whether a Connection field names this field, so that it goes no further. */
export function isNominated(fields: FieldSection, field: number): boolean {
  if (KEPT.some(({ id }) => id === fields.idOf(field))) return false;
  const from = fields.nameFromOf(field);
  const length = fields.nameToOf(field) - from;
  for (let index = fields.find(CONNECTION); index !== -1; index = fields.find(CONNECTION, index)) {
    list.begin(fields.buffer, fields.valueFromOf(index), fields.valueToOf(index));
    while (list.next())
      if (list.to - list.from === length && sameIgnoringCase(fields.buffer, list.from, from, length)) return true;
  }
  return false;
}

/** Whether one of the elements of the fields of this name is `element`, in small letters. */
export function hasElement(fields: FieldSection, name: FieldName, element: Uint8Array): boolean {
  for (let index = fields.find(name); index !== -1; index = fields.find(name, index)) {
    list.begin(fields.buffer, fields.valueFromOf(index), fields.valueToOf(index));
    while (list.next()) if (rangeIs(fields.buffer, list.from, list.to, element)) return true;
  }
  return false;
}

/** Whether one of the elements of the fields of this name is another than `element`, in small letters. */
export function hasElementBeside(fields: FieldSection, name: FieldName, element: Uint8Array): boolean {
  for (let index = fields.find(name); index !== -1; index = fields.find(name, index)) {
    list.begin(fields.buffer, fields.valueFromOf(index), fields.valueToOf(index));
    while (list.next()) if (!rangeIs(fields.buffer, list.from, list.to, element)) return true;
  }
  return false;
}
