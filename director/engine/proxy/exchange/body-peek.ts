import { BodyReader } from '../../http/body-reader.ts';
import type { HeadLimits } from '../../http/limits.ts';
import type { RequestHead } from '../../http/request-head.ts';
import type { Inbox } from '../wire.ts';

export interface Peeked {
  readonly octets: Uint8Array;
  /** The whole body is there. */
  readonly complete: boolean;
  /** Where it ends, if it does. */
  readonly at: number;
}

/** What is there of a request's body while its head has not been sent on; nothing is used up. */
export function peekBody({ framing, length, at }: RequestHead, inbox: Inbox, limits: HeadLimits): Peeked {
  const reader = new BodyReader(limits);
  const pieces: Uint8Array[] = [];
  reader.begin(framing, length, at);
  let event = reader.next(inbox.buffer, inbox.to);
  for (; event === 'data'; event = reader.next(inbox.buffer, inbox.to))
    pieces.push(inbox.buffer.subarray(reader.from, reader.to));
  return { octets: joined(pieces), complete: event === 'end', at: reader.at };
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [first = new Uint8Array(0)] = pieces;
  if (pieces.length <= 1) return first;
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
