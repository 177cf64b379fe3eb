import type { FieldName } from './field-name.ts';
import { CONNECTION, CONTENT_LENGTH, KEEP_ALIVE, PROXY_CONNECTION, TRANSFER_ENCODING } from './field-name.ts';
import type { FieldSection } from './fields.ts';
import { CLASSES, TARGET, TOKEN, VALUE, fromLatin1, hasClass, toLatin1 } from './octets.ts';

/** Fields that say how this message is framed and this connection goes on; they are written from what was understood. */
const OWN = [CONNECTION, CONTENT_LENGTH, KEEP_ALIVE, PROXY_CONNECTION, TRANSFER_ENCODING].reduce(
  (mask, { id }) => mask | (1 << id),
  0,
);

/** Whether a field is the writer's own to decide. */
export function isOwnField(id: number): boolean {
  return id !== 0 && (OWN & (1 << id)) !== 0;
}

/**
 * What rules change about a head, without touching it: fields are numbered as they arrived, then as they were added. Every look-up
 * sees what the changes before it have left. Made once for a connection; nothing is allocated for a message without changes.
 */
export class HeadEdits {
  method: Uint8Array | undefined;
  target: Uint8Array | undefined;
  /** 100 to 999; 0 for the head's own. */
  status = 0;
  reason: Uint8Array | undefined;
  /** An upper bound of the octets that the changes add. */
  extra = 0;
  private fields: FieldSection | undefined;
  private changed = false;
  private dropped: Uint8Array = new Uint8Array(128);
  private readonly values: (Uint8Array | undefined)[] = [];
  private readonly names: FieldName[] = [];

  begin(fields: FieldSection): void {
    this.fields = fields;
    this.method = undefined;
    this.target = undefined;
    this.status = 0;
    this.reason = undefined;
    this.extra = 0;
    if (!this.changed) return;
    this.changed = false;
    this.dropped.fill(0);
    this.values.length = 0;
    this.names.length = 0;
  }

  /** Whether fields are other than as they arrived. */
  get touched(): boolean {
    return this.changed;
  }

  /** Fields that arrived and fields that were added, also those that are dropped. */
  get count(): number {
    return this.arrived + this.names.length;
  }

  get arrived(): number {
    return this.fields?.count ?? 0;
  }

  isDropped(index: number): boolean {
    return this.changed && this.dropped[index] === 1;
  }

  /** The value that a rule has given to a field. */
  valueGiven(index: number): Uint8Array | undefined {
    return this.changed ? this.values[index] : undefined;
  }

  addedName(index: number): FieldName | undefined {
    return this.names[index - this.arrived];
  }

  /** The first field of the name behind `after` that is not dropped, -1 if there is none. */
  find(name: FieldName, after = -1): number {
    const { fields } = this;
    if (fields === undefined) return -1;
    if (!this.changed) return fields.find(name, after);
    for (let index = after + 1; index < this.count; index++)
      if (!this.isDropped(index) && this.isNamed(fields, index, name)) return index;
    return -1;
  }

  private isNamed(fields: FieldSection, index: number, name: FieldName): boolean {
    if (index < fields.count) return fields.isNamed(index, name);
    const added = this.names[index - fields.count];
    return added !== undefined && sameName(added, name);
  }

  /** The value of a field as it would be written. */
  valueText(index: number): string {
    const given = this.valueGiven(index);
    return given === undefined ? (this.fields?.valueText(index) ?? '') : toLatin1(given);
  }

  /** Behind all others. False for a value that cannot be written, and for a field that is the writer's own to decide. */
  add(name: FieldName, value: Uint8Array): boolean {
    if (isOwnField(name.id) || !isFieldValue(value)) return false;
    this.change();
    const index = this.count;
    this.names.push(name);
    this.values[index] = value;
    this.extra += name.octets.length + value.length + 4;
    return true;
  }

  /** The only field of its name. False as `add`; nothing is changed then. */
  set(name: FieldName, value: Uint8Array): boolean {
    if (isOwnField(name.id) || !isFieldValue(value)) return false;
    this.delete(name);
    return this.add(name, value);
  }

  /** How many were deleted. Those that are the writer's own to decide stay. */
  delete(name: FieldName): number {
    if (isOwnField(name.id)) return 0;
    let deleted = 0;
    for (let index = this.find(name); index !== -1; index = this.find(name, index)) {
      this.change();
      this.dropped[index] = 1;
      deleted++;
    }
    return deleted;
  }

  /** False for one that is the writer's own to decide. */
  deleteOne(index: number): boolean {
    if (index < this.arrived && isOwnField(this.fields?.idOf(index) ?? 0)) return false;
    this.change();
    this.dropped[index] = 1;
    return true;
  }

  /** Another value for one field. False as `add`. */
  replace(index: number, value: Uint8Array): boolean {
    const id = index < this.arrived ? (this.fields?.idOf(index) ?? 0) : 0;
    if (isOwnField(id) || !isFieldValue(value) || index >= this.count) return false;
    this.change();
    this.values[index] = value;
    this.extra += value.length;
    return true;
  }

  /** False for what is no target. */
  setTarget(target: string): boolean {
    if (target.length === 0 || ![...fromWide(target)].every((octet) => hasClass(octet, TARGET))) return false;
    this.target = fromLatin1(target);
    this.extra += target.length;
    return true;
  }

  /** False for what is no token. */
  setMethod(method: string): boolean {
    if (method.length === 0 || ![...fromWide(method)].every((octet) => hasClass(octet, TOKEN))) return false;
    this.method = fromLatin1(method);
    this.extra += method.length;
    return true;
  }

  /** False for a status of other than three digits, or a reason that cannot be written. */
  setStatus(status: number, reason: string | undefined): boolean {
    if (!Number.isInteger(status) || status < 100 || status > 999) return false;
    if (reason !== undefined && !isFieldValue(Uint8Array.from(fromWide(reason)))) return false;
    this.status = status;
    this.reason = reason === undefined ? undefined : fromLatin1(reason);
    this.extra += reason?.length ?? 0;
    return true;
  }

  private change(): void {
    this.changed = true;
    if (this.count < this.dropped.length) return;
    const dropped = new Uint8Array(this.dropped.length * 2);
    dropped.set(this.dropped);
    this.dropped = dropped;
  }
}

/** A letter that is no octet becomes NUL, which is in no class. */
function* fromWide(text: string): Generator<number> {
  for (let at = 0; at < text.length; at++) yield text.charCodeAt(at) > 255 ? 0 : text.charCodeAt(at);
}

function sameName(left: FieldName, right: FieldName): boolean {
  if (left.octets.length !== right.octets.length) return false;
  return left.octets.every((octet, index) => octet === right.octets[index]);
}

function isFieldValue(value: Uint8Array): boolean {
  for (const octet of value) if (((CLASSES[octet] as number) & VALUE) === 0) return false;
  return true;
}
