import { fromLatin1, toLatin1 } from '../../http/octets.ts';
import { Inbox, type Outbox, type Wire, type WireUser } from '../wire.ts';

const ROOM = 65_536;

/** A wire whose other end is a test. */
export class FakeWire implements Wire, Outbox {
  readonly inbox = new Inbox();
  user: WireUser = {
    connected: () => undefined,
    received: () => undefined,
    drained: () => undefined,
    failed: () => undefined,
    moved: () => undefined,
  };
  reading = true;
  /** How often its user let it go with nothing left to read. */
  rests = 0;
  /** What was sent and not looked at yet. */
  #sent: string[] = [];
  #reserved = new Uint8Array(0);
  /** Octets that the other end has not taken. */
  pending = 0;
  state: 'open' | 'finished' | 'closed' | 'aborted' = 'open';
  /** The other end takes nothing. */
  stuck = false;

  constructor() {
    this.inbox.buffer = new Uint8Array(ROOM);
  }

  get outbox(): this {
    return this;
  }

  reserve(octets: number): { buffer: Uint8Array; at: number } {
    this.#reserved = new Uint8Array(octets);
    return { buffer: this.#reserved, at: 0 };
  }

  commit(octets: number): void {
    this.write(this.#reserved, 0, octets);
  }

  write(buffer: Uint8Array, from: number, to: number): void {
    this.#sent.push(toLatin1(buffer, from, to));
    if (this.stuck) this.pending += to - from;
  }

  rest(): void {
    if (this.inbox.from === this.inbox.to) this.rests++;
  }

  finish(): void {
    if (this.state === 'open') this.state = 'finished';
  }

  close(): void {
    if (this.state !== 'aborted') this.state = 'closed';
  }

  abort(): void {
    this.state = 'aborted';
  }

  /** Everything sent since the last look. */
  takeSent(): string {
    const text = this.#sent.join('');
    this.#sent = [];
    return text;
  }

  /** The other end says this, in one piece. */
  deliver(text: string, now: number): void {
    const { inbox } = this;
    inbox.buffer.set(fromLatin1(text), inbox.to);
    inbox.to += text.length;
    this.user.received(now);
    if (inbox.from !== inbox.to || inbox.from === 0) return;
    const by = -inbox.from;
    inbox.from = 0;
    inbox.to = 0;
    this.user.moved(by);
  }

  end(now: number): void {
    this.inbox.ended = true;
    this.user.received(now);
  }

  /** The other end takes what is pending. */
  drain(now: number): void {
    this.stuck = false;
    this.pending = 0;
    this.user.drained(now);
  }
}
