import { CLASSES, TARGET, VALUE } from './octets.ts';

// Four octets at a time, as one word: the long parts of a head are values and targets, and almost every octet of theirs is plain.
// The arithmetic may take a plain octet for one that is not (the borrow of its neighbour), never the other way round: where it
// stops, the table decides.

const LOW = 0x01010101;
const HIGH = 0x80808080 | 0;
const SPACES = 0x20202020;
const FIRST_VISIBLE = 0x21212121;
const DELETES = 0x7f7f7f7f;
const HASHES = 0x23232323;

/** Where the octets of a field's value end. `view` and `buffer` are of the same octets. */
export function skipValue(view: DataView, buffer: Uint8Array, from: number, end: number): number {
  let at = from;
  for (const stop = end - 4; at <= stop; at += 4) {
    const word = view.getInt32(at, true);
    const deletes = word ^ DELETES;
    if ((((word - SPACES) & ~word) | ((deletes - LOW) & ~deletes)) & HIGH) break;
  }
  const classes = CLASSES;
  while (at < end && ((classes[buffer[at] as number] as number) & VALUE) !== 0) at++;
  return at;
}

/** Where the octets of a request-target end. */
export function skipTarget(view: DataView, buffer: Uint8Array, from: number, end: number): number {
  let at = from;
  for (const stop = end - 4; at <= stop; at += 4) {
    const word = view.getInt32(at, true);
    const deletes = word ^ DELETES;
    const hashes = word ^ HASHES;
    const marks = ((word - FIRST_VISIBLE) & ~word) | ((deletes - LOW) & ~deletes) | ((hashes - LOW) & ~hashes) | word;
    if (marks & HIGH) break;
  }
  const classes = CLASSES;
  while (at < end && ((classes[buffer[at] as number] as number) & TARGET) !== 0) at++;
  return at;
}

/** Copies octets; answers where the copy ends. Both views are of the same octets as the buffer beside them. */
export function copyOctets(source: DataView, from: number, to: number, target: DataView, at: number): number {
  let read = from;
  let write = at;
  for (const stop = to - 4; read <= stop; read += 4, write += 4)
    target.setInt32(write, source.getInt32(read, true), true);
  for (; read < to; read++, write++) target.setUint8(write, source.getUint8(read));
  return write;
}

/** Copies octets below 128, capital letters as small ones; answers where the copy ends. */
export function copyLower(source: DataView, from: number, to: number, target: DataView, at: number): number {
  let read = from;
  let write = at;
  for (const stop = to - 4; read <= stop; read += 4, write += 4) {
    const word = source.getInt32(read, true);
    // The high bit of each octet from A on, without those behind Z; a quarter of it is what makes a letter small.
    const capitals = (word + 0x3f3f3f3f) & ~(word + 0x25252525) & HIGH;
    target.setInt32(write, word | (capitals >>> 2), true);
  }
  for (; read < to; read++, write++) {
    const octet = source.getUint8(read);
    target.setUint8(write, octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet);
  }
  return write;
}

/** A view of the same octets. */
export function viewOf(buffer: Uint8Array): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
}
