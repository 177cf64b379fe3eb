/**
 * Between the machines of this engine and sockets of any kind. A wire is one connection's octets both ways; whoever uses it is called
 * back, and works in the wire's own buffers, so that nothing is copied on the way but where it has to wait.
 */

/** Octets that have come and are not used up: those from `from` to `to`. Its user moves `from`. */
export class Inbox {
  buffer: Uint8Array = EMPTY;
  from = 0;
  to = 0;
  /** No more will come: the other side has ended its direction. */
  ended = false;

  get length(): number {
    return this.to - this.from;
  }
}

const EMPTY = new Uint8Array(0);

/** Where octets for the other side are written, after all that was written before. */
export interface Outbox {
  /** Room for so many octets in one piece, at `buffer[at]`; good until the next call. */
  reserve(octets: number): { readonly buffer: Uint8Array; readonly at: number };
  /** So many octets of what was reserved last are written. */
  commit(octets: number): void;
  /** Sends them from where they are, or keeps a copy: they are free again when this returns. */
  write(buffer: Uint8Array, from: number, to: number): void;
  /** Octets that wait for the other side. Beyond `OUTBOX_ENOUGH` nothing more is to be written before `drained`. */
  readonly pending: number;
}

/** As much as one side is let ahead of the other, in octets. */
export const OUTBOX_ENOUGH = 16_384;

export interface WireUser {
  /** `inbox` has more, or has ended. What is not used up comes again with the next octets. */
  received(now: number): void;
  /** Everything is on its way, after there was more than went at once. */
  drained(now: number): void;
  /** The connection that was asked for stands. */
  connected(now: number): void;
  /** It is gone: refused, reset, timed out. Nothing comes after this. */
  failed(reason: WireFailure, now: number): void;
  /** Octets of the inbox that lay at `n` now lie at `n + by`, in `inbox.buffer`. */
  moved(by: number): void;
}

/** Whom a wire calls that nobody uses. */
export const NOBODY: WireUser = {
  connected: () => undefined,
  received: () => undefined,
  drained: () => undefined,
  failed: () => undefined,
  moved: () => undefined,
};

export interface WireFailure {
  /** The system's name for it: `ECONNREFUSED`, `ECONNRESET`, `ETIMEDOUT`; `ETLS` for a handshake that failed. */
  readonly code: string;
  readonly detail?: string;
}

export interface Wire {
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  user: WireUser;
  /** False: octets stay with the system, and the other side is slowed down. */
  reading: boolean;
  /** The user waits for something that may be long in coming: memory that is not needed for it can go. */
  rest(): void;
  /** After what is pending, the other side is told that no more comes (FIN). */
  finish(): void;
  /** After what is pending, the connection ends; nothing is called back any more. */
  close(): void;
  /** Ends at once, by a reset. */
  abort(): void;
}
