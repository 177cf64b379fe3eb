import { describe, expect, it } from 'vitest';
import {
  attribute,
  bigEndian32,
  concatenate,
  decodeAttributes,
  decodeMessages,
  encodeMessage,
  errorOf,
  nest,
  readUint32,
  text,
} from './message.ts';

describe('netlink messages', () => {
  it('are read as they were written, several in a row, each padded to four bytes', () => {
    const first = encodeMessage(20, 5, 7, Uint8Array.of(1, 2, 3));
    expect(first).toHaveLength(20);
    expect(decodeMessages(concatenate([first, encodeMessage(21, 1, 8)]))).toEqual([
      { type: 20, sequence: 7, payload: Uint8Array.of(1, 2, 3) },
      { type: 21, sequence: 8, payload: new Uint8Array() },
    ]);
  });

  it('that are cut short end the list', () => {
    const bytes = encodeMessage(20, 5, 7, new Uint8Array(8));
    expect(decodeMessages(bytes.subarray(0, bytes.length - 4))).toEqual([]);
    expect(decodeMessages(new Uint8Array(5))).toEqual([]);
    expect(decodeMessages(Uint8Array.of(8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))).toEqual([]);
  });

  it('that are cut short take none of those before them along', () => {
    const whole = encodeMessage(1, 0, 7, new Uint8Array(40));
    expect(decodeMessages(concatenate([whole, whole.subarray(0, 30)]))).toHaveLength(1);
  });

  it('carry errors as negative numbers', () => {
    expect(errorOf({ type: 2, sequence: 1, payload: Uint8Array.of(0xea, 0xff, 0xff, 0xff) })).toBe(22);
  });

  it('hold attributes, nested ones marked as such', () => {
    const bytes = concatenate([attribute(1, text('eth0')), nest(4, attribute(2, bigEndian32(258)))]);
    expect([...decodeAttributes(bytes)]).toEqual([
      [1, text('eth0')],
      [4, attribute(2, Uint8Array.of(0, 0, 1, 2))],
    ]);
    expect(bytes[14]).toBe(4);
    expect(bytes[15]).toBe(0x80);
  });

  it('with a broken attribute keep those before it', () => {
    const bytes = concatenate([attribute(1, bigEndian32(9)), Uint8Array.of(200, 0, 2, 0)]);
    expect([...decodeAttributes(bytes).keys()]).toEqual([1]);
  });

  it('hold numbers of the machine, of just 32 bits', () => {
    expect(readUint32(Uint8Array.of(1, 2, 0, 0x80))).toBe(0x8000_0201);
    expect(readUint32(Uint8Array.of(1, 2))).toBeUndefined();
    expect(readUint32(undefined)).toBeUndefined();
  });
});
