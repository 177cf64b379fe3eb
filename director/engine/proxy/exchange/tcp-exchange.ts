import type { ServerRuntime } from '../runtime/server-runtime.ts';
import type { Session } from '../runtime/session.ts';
import type { Verdict } from '../runtime/verdict.ts';
import { OUTBOX_ENOUGH, type Wire, type WireUser } from '../wire.ts';
import { countArrival, countEnd } from './accounting.ts';
import { pumpOctets } from './body-pump.ts';
import { Sleeper } from './deadlines.ts';
import type { BackParts, ExchangeHost, FrontParts } from './parts.ts';
import { type Analysed, RequestAnalysis } from './request-analysis.ts';
import { ServerSeeker, type SeekerUser } from './server-seeker.ts';
import { StreamState } from './stream-state.ts';

/** A client's connection in mode tcp and the server's that goes with it. */
export class TcpExchange extends StreamState implements Analysed, SeekerUser, WireUser {
  readonly front: FrontParts;
  readonly host: ExchangeHost;
  readonly bodyWaited = true;
  readonly #client: Wire;
  readonly #analysis: RequestAnalysis;
  readonly #alarm: Alarm;
  readonly #onGone: (exchange: TcpExchange) => void;
  #back: BackParts | undefined;
  #seeker: ServerSeeker | undefined;
  #server: Wire | undefined;
  #phase: 'analysing' | 'seeking' | 'open' | 'over' = 'analysing';
  readonly #towardsServer = new Direction();
  readonly #towardsClient = new Direction();

  constructor(
    client: Wire,
    session: Session,
    front: FrontParts,
    host: ExchangeHost,
    onGone: (exchange: TcpExchange) => void,
  ) {
    super(session, host.nextNumber(), true, session.acceptedAt + session.handshakeMs);
    this.front = front;
    this.host = host;
    this.#client = client;
    this.#onGone = onGone;
    this.#alarm = new Alarm((now) => this.#late(now));
    this.#analysis = new RequestAnalysis(this, front, host, 'tcp');
    client.user = this;
  }

  get stream(): this {
    return this;
  }

  override contents(): Uint8Array {
    const { buffer, from, to } = this.#client.inbox;
    return buffer.subarray(from, to);
  }

  override answerContents(): Uint8Array {
    const { buffer = new Uint8Array(0), from = 0, to = 0 } = this.#server?.inbox ?? {};
    return buffer.subarray(from, to);
  }

  start(now: number): void {
    this.#analyse(now);
  }

  /** Ended by somebody's command. */
  kill(now: number): void {
    this.endedBy('K', this.#letter());
    this.#end(now, 'abort');
  }

  setAlarm(at: number): void {
    this.host.deadlines.set(this.#alarm, at);
  }

  // The client's wire.

  connected(): void {
    // Whoever was accepted is connected.
  }

  received(now: number): void {
    this.#towardsServer.at = now;
    if (this.#phase === 'analysing') this.#analyse(now);
    else if (this.#phase === 'open') this.#move(now);
    else if (this.#client.inbox.ended && this.#back?.runtime.back.abortOnClose === true) this.#clientGone(now);
  }

  drained(now: number): void {
    this.#towardsClient.at = now;
    this.#move(now);
  }

  failed(_reason: unknown, now: number): void {
    this.#clientGone(now);
  }

  moved(): void {
    // Nothing here remembers a place.
  }

  // Looking for a server.

  open(server: ServerRuntime): boolean {
    const wire = this.host.connect(server, this);
    this.#server = wire;
    server.counters.connects++;
    if (this.#back !== undefined) this.#back.runtime.counters.connects++;
    wire.user = {
      connected: (now) => this.#seeker?.connected(now),
      received: (now) => this.#serverReceived(now),
      drained: (now) => this.#serverDrained(now),
      failed: (_reason, now) => this.#serverFailed(now),
      moved: () => undefined,
    };
    return false;
  }

  cancelOpening(): void {
    this.#server?.abort();
    this.#server = undefined;
  }

  found(now: number): void {
    this.#phase = 'open';
    this.#back?.sticking?.storeResponse(this, now);
    this.#towardsServer.at = now;
    this.#towardsClient.at = now;
    this.#move(now);
  }

  notFound(cause: string, phase: string, now: number): void {
    this.endedBy(cause, phase);
    this.#end(now, 'close');
  }

  #serverReceived(now: number): void {
    this.#towardsClient.at = now;
    if (this.#phase === 'open') this.#move(now);
  }

  #serverDrained(now: number): void {
    this.#towardsServer.at = now;
    this.#move(now);
  }

  #serverFailed(now: number): void {
    if (this.#phase === 'seeking') {
      this.#server = undefined;
      this.#seeker?.failed(now);
      return;
    }
    this.endedBy('S', 'D');
    if (this.server !== undefined) this.server.counters.serverAborts++;
    if (this.#back !== undefined) this.#back.runtime.counters.serverAborts++;
    this.#end(now, 'abort');
  }

  #analyse(now: number): void {
    const verdict = this.#analysis.run(now);
    if (verdict.kind === 'wait') this.setAlarm(verdict.untilMs);
    else if (verdict.kind !== 'pass') this.#refuse(verdict, now);
    else {
      const { back } = this.#analysis;
      this.#back = back;
      this.#phase = 'seeking';
      if (back === undefined) {
        this.notFound('S', 'C', now);
        return;
      }
      countArrival(back.runtime, now);
      this.#seeker = new ServerSeeker(this, back);
      this.#seeker.start(now);
    }
  }

  #refuse({ kind }: Verdict, now: number): void {
    this.front.runtime.counters.deniedRequests++;
    this.endedBy('P', 'R');
    this.#end(now, kind === 'drop' ? 'abort' : 'close');
  }

  /** Each direction ends by itself. */
  #move(now: number): void {
    const server = this.#server;
    if (this.#phase !== 'open' || server === undefined) return;
    this.bytesIn += this.#towardsServer.run(this.#client, server);
    this.bytesOut += this.#towardsClient.run(server, this.#client);
    if (this.#towardsServer.over && this.#towardsClient.over) this.#end(now, 'close');
    else this.setAlarm(this.#deadline(server));
  }

  #deadline(server: Wire): number {
    const { clientMs = Infinity, clientFinMs = clientMs } = this.front.runtime.front.timeouts;
    const { serverMs = Infinity, serverFinMs = serverMs, tunnelMs } = this.#back?.runtime.back.timeouts ?? {};
    const [up, down] = [this.#towardsServer, this.#towardsClient];
    if (!up.over && !down.over && tunnelMs !== undefined) return Math.max(up.at, down.at) + tunnelMs;
    return Math.min(
      up.deadline(down.over ? clientFinMs : clientMs, serverMs, server.outbox.pending),
      down.deadline(up.over ? serverFinMs : serverMs, clientMs, this.#client.outbox.pending),
    );
  }

  #late(now: number): void {
    if (this.#phase === 'analysing') this.#analyse(now);
    else if (this.#phase === 'seeking') this.#seeker?.late(now);
    else {
      const { clientMs = Infinity } = this.front.runtime.front.timeouts;
      this.endedBy(now - this.#towardsServer.at >= clientMs ? 'c' : 's', 'D');
      this.#end(now, 'close');
    }
  }

  #clientGone(now: number): void {
    if (this.#phase === 'over') return;
    this.endedBy('C', this.#letter());
    if (this.server !== undefined) this.server.counters.clientAborts++;
    if (this.#back !== undefined) this.#back.runtime.counters.clientAborts++;
    this.#end(now, 'abort');
  }

  #letter(): string {
    if (this.#phase === 'analysing') return 'R';
    return this.#phase === 'seeking' ? (this.#seeker?.letter ?? 'C') : 'D';
  }

  #end(now: number, how: 'close' | 'abort'): void {
    if (this.#phase === 'over') return;
    this.#phase = 'over';
    this.#seeker?.end(now);
    this.host.deadlines.cancel(this.#alarm);
    this.times.total = now - this.times.startedAt;
    countEnd(this, this.front.runtime);
    this.front.logger.stream(this, this.front.runtime, this.#back?.runtime, now);
    this.#client[how]();
    this.#server?.[how]();
    this.#onGone(this);
  }
}

/** Octets one way. */
class Direction {
  /** When something last moved. */
  at = 0;
  over = false;

  /** Until when its sender has to send, unless it is held up, and its receiver to take what is pending. */
  deadline(senderMs: number, receiverMs: number, pending: number): number {
    const sender = !this.over && pending < OUTBOX_ENOUGH ? this.at + senderMs : Infinity;
    return pending > 0 ? Math.min(sender, this.at + receiverMs) : sender;
  }

  /** Answers how many octets were moved. */
  run(from: Wire, to: Wire): number {
    if (this.over) return 0;
    const before = from.inbox.from;
    const state = pumpOctets(from.inbox, to.outbox);
    const moved = from.inbox.from - before;
    if (state === 'end') {
      this.over = true;
      to.finish();
    }
    return moved;
  }
}

class Alarm extends Sleeper {
  readonly wake: (now: number) => void;

  constructor(wake: (now: number) => void) {
    super();
    this.wake = wake;
  }
}
