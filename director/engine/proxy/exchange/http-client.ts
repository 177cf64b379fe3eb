import { HeadEdits } from '../../http/head-edits.ts';
import { requestRefusalStatus } from '../../http/refusal.ts';
import { RequestHead } from '../../http/request-head.ts';
import type { Session } from '../runtime/session.ts';
import type { Wire, WireUser } from '../wire.ts';
import { BodyPump } from './body-pump.ts';
import { Sleeper } from './deadlines.ts';
import { HttpExchange } from './http-exchange.ts';
import type { ExchangeHost, FrontParts } from './parts.ts';
import { StreamState } from './stream-state.ts';

/** How long a client whose connection ends may go on sending before it is cut off, so that our last answer reaches it. */
const LINGER_MS = 5000;

/** A client's connection in mode http: one request after another. */
export class HttpClient extends Sleeper implements WireUser {
  readonly wire: Wire;
  readonly session: Session;
  readonly front: FrontParts;
  readonly host: ExchangeHost;
  readonly head: RequestHead;
  readonly edits = new HeadEdits();
  readonly pump: BodyPump;
  readonly #onGone: (client: HttpClient) => void;
  #exchange: HttpExchange | undefined;
  #requests = 0;
  /** When the connection was accepted, or the last answer ended; and when the first octet of a request came since. */
  #startedAt: number;
  #firstOctetAt: number | undefined;
  #state: 'open' | 'lingering' | 'gone' = 'open';
  #reading = false;

  constructor(
    wire: Wire,
    session: Session,
    front: FrontParts,
    host: ExchangeHost,
    onGone: (client: HttpClient) => void,
  ) {
    super();
    this.wire = wire;
    this.session = session;
    this.front = front;
    this.host = host;
    this.head = new RequestHead(host.limits);
    this.pump = new BodyPump(host.limits);
    this.#onGone = onGone;
    this.#startedAt = session.acceptedAt + session.handshakeMs;
    wire.user = this;
    this.head.begin(wire.inbox.from);
    this.#awaitRequest();
  }

  /** Of the one under way. */
  get exchange(): HttpExchange | undefined {
    return this.#exchange;
  }

  get clientTimeoutMs(): number {
    return this.front.runtime.front.timeouts.clientMs ?? Infinity;
  }

  connected(): void {
    // Whoever was accepted is connected.
  }

  received(now: number): void {
    if (this.#state === 'lingering') this.#discard();
    else if (this.#exchange !== undefined) this.#exchange.clientReceived(now);
    else this.#readRequests(now);
  }

  drained(now: number): void {
    this.#exchange?.clientDrained(now);
  }

  failed(_reason: unknown, now: number): void {
    if (this.#exchange !== undefined) this.#exchange.clientFailed(now);
    else if (this.#state === 'open' && this.head.begun) this.#refuse(400, 'C', now);
    this.leave();
  }

  moved(by: number): void {
    const { buffer } = this.wire.inbox;
    this.head.moved(buffer, by);
    this.pump.reader.moved(buffer, by);
  }

  override wake(now: number): void {
    if (this.#state === 'lingering') this.leave();
    else if (this.#exchange !== undefined) this.#exchange.late(now);
    else this.#requestIsLate(now);
  }

  /** The exchange is over. `keeps`: another request may follow; else what was written last is the end. */
  exchangeEnded(keeps: boolean, now: number): void {
    this.#exchange = undefined;
    if (this.#state !== 'open') return;
    if (!keeps || (this.host.stopping && this.wire.inbox.length === 0)) {
      this.linger(now);
      return;
    }
    this.#startedAt = now;
    this.#firstOctetAt = undefined;
    this.wire.rest();
    this.head.begin(this.wire.inbox.from);
    this.#awaitRequest();
    this.#readRequests(now);
  }

  /** Ended by somebody's command. */
  kill(now: number): void {
    if (this.#exchange === undefined) this.leave('abort');
    else this.#exchange.kill(now);
  }

  /** No more requests after the one under way; who has sent nothing of one leaves at once. */
  drain(): void {
    if (this.#state === 'open' && this.#exchange === undefined && this.#firstOctetAt === undefined) this.leave();
  }

  /** Ends after what was sent; until the client has noticed, what it says is thrown away. */
  linger(now: number): void {
    if (this.#state !== 'open') return;
    this.#state = 'lingering';
    this.wire.finish();
    this.host.deadlines.set(this, now + Math.min(LINGER_MS, this.clientTimeoutMs));
    this.#discard();
  }

  /** Ends at once; what is pending is still sent. */
  leave(how: 'close' | 'abort' = 'close'): void {
    if (this.#state === 'gone') return;
    this.#state = 'gone';
    this.host.deadlines.cancel(this);
    if (how === 'abort') this.wire.abort();
    else this.wire.close();
    this.#onGone(this);
  }

  #discard(): void {
    const { inbox } = this.wire;
    inbox.from = inbox.to;
    if (inbox.ended) this.leave();
  }

  /** Also those that were sent ahead; a loop, as there may be hundreds of them in one piece. */
  #readRequests(now: number): void {
    if (this.#reading) return;
    this.#reading = true;
    while (this.#state === 'open' && this.#exchange === undefined && this.#readRequest(now));
    this.#reading = false;
  }

  /** Whether a request was there, which may have been answered already. */
  #readRequest(now: number): boolean {
    const { inbox } = this.wire;
    const progress = this.head.read(inbox.buffer, inbox.to);
    if (progress === 'done') {
      this.#firstOctetAt ??= now;
      const exchange = this.#begin(now);
      this.#exchange = exchange;
      exchange.start(now);
      return true;
    }
    if (progress === 'refused') this.#refuse(requestRefusalStatus(this.head.refusal ?? 'method'), 'P', now);
    else if (inbox.ended) this.#endedEarly(now);
    else this.#awaitMore(now);
    return false;
  }

  #begin(now: number): HttpExchange {
    const exchange = new HttpExchange(this, this.host.nextNumber(), this.#requests === 0, this.#startedAt);
    const first = this.#firstOctetAt ?? now;
    exchange.times.idle = first - this.#startedAt;
    exchange.times.request = now - first;
    this.#requests++;
    return exchange;
  }

  /** Octets of the head before it is whole. */
  #awaitMore(now: number): void {
    if (!this.head.begun) this.wire.inbox.from = this.head.at;
    if (this.#firstOctetAt !== undefined || this.wire.inbox.length === 0) return;
    this.#firstOctetAt = now;
    // The time for the first request began with the connection.
    if (this.#requests > 0) this.host.deadlines.set(this, now + this.#requestTimeoutMs());
  }

  #awaitRequest(): void {
    const { httpKeepAliveMs } = this.front.runtime.settings.timeouts;
    const limit = this.#requests === 0 ? this.#requestTimeoutMs() : (httpKeepAliveMs ?? this.#requestTimeoutMs());
    this.host.deadlines.set(this, this.#startedAt + limit);
  }

  #requestTimeoutMs(): number {
    return this.front.runtime.settings.timeouts.httpRequestMs ?? this.clientTimeoutMs;
  }

  #requestIsLate(now: number): void {
    const quiet = this.#firstOctetAt === undefined && (this.#requests > 0 || this.front.runtime.front.ignoreProbes);
    if (quiet) this.leave();
    else this.#refuse(408, 'c', now);
  }

  #endedEarly(now: number): void {
    if (this.head.begun) this.#refuse(400, 'C', now);
    else {
      if (this.#requests === 0) this.front.logger.connection(this.session, 'CR', now);
      this.leave();
    }
  }

  /** There is no request to speak of. */
  #refuse(status: number, cause: string, now: number): void {
    const { runtime, errors, logger } = this.front;
    const stream = new StreamState(this.session, this.host.nextNumber(), this.#requests === 0, this.#startedAt);
    const reply = errors.reply(status);
    stream.endedBy(cause, 'R');
    stream.status = status;
    stream.times.idle = (this.#firstOctetAt ?? now) - this.#startedAt;
    stream.times.total = now - this.#startedAt;
    stream.bytesOut = reply.octets.length;
    runtime.counters.requests++;
    runtime.requestRate.add(now);
    if (cause !== 'C') runtime.counters.requestErrors++;
    runtime.counters.responses[4] = (runtime.counters.responses[4] ?? 0) + 1;
    this.wire.outbox.write(reply.octets, 0, reply.octets.length);
    logger.stream(stream, runtime, undefined, now);
    this.linger(now);
  }
}
