import { whoContinues } from '../../http/forwarding.ts';
import { fromLatin1 } from '../../http/octets.ts';
import type { ConnectionMode } from '../../http/persistence.ts';
import { type Reason, requestRefusalStatus } from '../../http/refusal.ts';
import type { ServerRuntime } from '../runtime/server-runtime.ts';
import type { ClosingReply, Verdict } from '../runtime/verdict.ts';
import { countArrival, countEnd, countRequest } from './accounting.ts';
import { connectionModeOf } from './connection-mode.ts';
import { HttpAnswer, type AnswerUser } from './http-answer.ts';
import type { HttpClient } from './http-client.ts';
import { LifeSigns, timeoutsOf } from './life-signs.ts';
import { sendOwnAnswer } from './own-answer.ts';
import type { BackParts } from './parts.ts';
import { RequestAnalysis, type Analysed } from './request-analysis.ts';
import { RequestBody } from './request-body.ts';
import type { ServerConnection, ServerConnectionUser } from './server-connection.ts';
import { ServerLink } from './server-link.ts';
import { ServerSeeker, type SeekerUser } from './server-seeker.ts';
import { StreamState } from './stream-state.ts';
import { writeRequestHead } from './write-head.ts';

const CONTINUE = fromLatin1('HTTP/1.1 100 Continue\r\n\r\n');

/** `analysing` and `tarpitted`: no server yet; `answering` from the request's going out to the end of the answer. */
type Phase = 'analysing' | 'tarpitted' | 'seeking' | 'answering' | 'over';

/** A request and its answer: from the head of the one to the last octet of the other. */
export class HttpExchange extends StreamState implements Analysed, SeekerUser, ServerConnectionUser, AnswerUser {
  readonly client: HttpClient;
  back: BackParts | undefined;
  override readonly request: RequestBody;
  readonly #analysis: RequestAnalysis;
  #phase: Phase = 'analysing';
  #seeker: ServerSeeker | undefined;
  readonly #link: ServerLink;
  #answer: HttpAnswer | undefined;
  #continued = false;
  #tarpit: ClosingReply | undefined;
  #life: LifeSigns | undefined;

  constructor(client: HttpClient, number: number, first: boolean, startedAt: number) {
    super(client.session, number, first, startedAt);
    this.client = client;
    client.edits.begin(client.head.fields);
    this.request = new RequestBody(client);
    this.#link = new ServerLink(this, client.host);
    this.#analysis = new RequestAnalysis(this, client.front, client.host, 'http');
  }

  get stream(): this {
    return this;
  }

  get mode(): ConnectionMode {
    const { front, host } = this.client;
    return connectionModeOf(front.runtime.settings, this.back?.runtime.settings, host.stopping);
  }

  get bodyWaited(): boolean {
    return this.request.waited;
  }

  get requestDone(): boolean {
    return this.request.done;
  }

  start(now: number): void {
    const { head, front } = this.client;
    countRequest(front.runtime, now);
    this.bytesIn = head.at - head.start;
    if (front.runtime.settings.logs.length > 0)
      this.requestLine = `${head.methodText()} ${head.targetText()} HTTP/1.${head.minor}`;
    this.#analyse(now);
  }

  // The client's side.

  clientReceived(now: number): void {
    this.#clientDid(now);
    const gone = this.client.wire.inbox.ended && this.back?.runtime.back.abortOnClose === true;
    if (this.#phase === 'analysing') this.#analyse(now);
    else if (this.#phase === 'answering') this.#sendBody(now);
    else if (gone) this.#clientGone(now);
  }

  clientDrained(now: number): void {
    this.#clientDid(now);
    this.#answer?.goOn(now);
    this.#watch();
  }

  clientFailed(now: number): void {
    if (this.#phase !== 'over') this.#clientGone(now);
  }

  /** Ended by somebody's command. */
  kill(now: number): void {
    this.#abort('K', now);
  }

  /** Its time is up. */
  late(now: number): void {
    if (this.#phase === 'analysing') this.#analysisIsLate(now);
    else if (this.#phase === 'seeking') this.#seeker?.late(now);
    else if (this.#phase === 'tarpitted' && this.#tarpit !== undefined) this.#reply(this.#tarpit, 'P', 'T', now);
    else if (this.#phase === 'answering') this.#answerIsLate(now);
  }

  setAlarm(at: number): void {
    this.client.host.deadlines.set(this.client, at);
  }

  // Looking for a server.

  open(server: ServerRuntime): boolean {
    return this.#link.open(server, this.back as BackParts);
  }

  cancelOpening(): void {
    this.#link.drop();
  }

  found(now: number): void {
    this.#sendHead(now);
    this.#sendBody(now);
  }

  notFound(cause: string, phase: string, now: number): void {
    this.#fail(503, cause, phase, now);
  }

  // The server's side.

  serverConnected(now: number): void {
    this.#seeker?.connected(now);
  }

  serverReceived(now: number): void {
    this.#serverDid(now);
    this.#answer?.goOn(now);
    this.#watch();
  }

  serverDrained(now: number): void {
    this.#serverDid(now);
    if (this.#phase === 'answering') this.#sendBody(now);
  }

  serverFailed(_reason: unknown, now: number): void {
    if (this.#phase === 'answering') this.#answer?.serverLost(now);
    else {
      this.#link.connection = undefined;
      this.#seeker?.failed(now);
    }
  }

  // The answer.

  answered(keepsClient: boolean, reusesServer: boolean, now: number): void {
    this.#link.giveBack(reusesServer, this.back?.idle, now);
    this.#end(keepsClient, now);
  }

  unusable(status: number, cause: string, phase: string, now: number): void {
    const { client, back, server } = this;
    const { counters } = back?.runtime ?? client.front.runtime;
    if ('responseErrors' in counters) counters.responseErrors++;
    if (server !== undefined) server.counters.responseErrors++;
    this.#fail(status, cause, phase, now);
  }

  broken(cause: string, now: number): void {
    this.endedBy(cause, 'D');
    this.#link.drop();
    this.#end(false, now, 'abort');
  }

  overruled(verdict: Verdict, now: number): void {
    this.client.front.runtime.counters.deniedResponses++;
    if (verdict.kind === 'reply') this.#reply(verdict.reply, 'P', 'H', now);
    else this.#fail(verdict.kind === 'failed' ? 500 : 502, 'P', 'H', now);
  }

  #analyse(now: number): void {
    const verdict = this.#analysis.run(now);
    this.back ??= this.#analysis.back;
    if (verdict.kind === 'pass') this.#seek(now);
    else this.#obey(verdict, now);
  }

  #obey(verdict: Verdict, now: number): void {
    const { counters, settings } = this.client.front.runtime;
    if (verdict.kind === 'reply' || verdict.kind === 'tarpit') {
      const denies = verdict.kind === 'tarpit' || verdict.denies;
      if (denies) counters.deniedRequests++;
      else counters.intercepted++;
      if (verdict.kind === 'reply') this.#reply(verdict.reply, denies ? 'P' : 'L', 'R', now);
      else {
        this.#phase = 'tarpitted';
        this.#tarpit = verdict.reply;
        this.setAlarm(now + (settings.timeouts.tarpitMs ?? 0));
      }
    } else if (verdict.kind === 'wait') {
      this.#continue();
      this.setAlarm(verdict.untilMs);
    } else if (verdict.kind === 'failed') this.#fail(500, 'P', 'R', now);
    else {
      this.endedBy('P', 'R');
      this.#end(false, now, verdict.kind === 'drop' ? 'abort' : 'close');
    }
  }

  /** The client waits for that before it sends the body that we wait for. */
  #continue(): void {
    if (this.#continued || whoContinues(this.client.head, true) !== 'proxy') return;
    this.#continued = true;
    this.client.wire.outbox.write(CONTINUE, 0, CONTINUE.length);
  }

  #seek(now: number): void {
    const { back, client } = this;
    if (back === undefined) {
      this.#fail(503, 'S', 'C', now);
      return;
    }
    countArrival(back.runtime, now);
    back.forwarded.add(client.front.runtime.settings, this.session, client.edits);
    this.#phase = 'seeking';
    this.#seeker = new ServerSeeker(this, back);
    this.#seeker.start(now);
  }

  #sendHead(now: number): void {
    const { head, edits } = this.client;
    const connection = this.#link.connection as ServerConnection;
    const { transfer } = writeRequestHead(connection.wire.outbox, head, edits, this.mode);
    connection.served++;
    this.#phase = 'answering';
    this.#answer = new HttpAnswer(this, connection);
    this.#life = new LifeSigns(now, this.client.clientTimeoutMs, timeoutsOf(this));
    this.request.begin(transfer === 'chunked');
  }

  sendInterim(octets: Uint8Array): void {
    this.client.wire.outbox.write(octets, 0, octets.length);
  }

  #sendBody(now: number): void {
    if (this.#answer?.tunnels === true) this.#answer.goOn(now);
    else if (!this.requestDone && this.#link.connection !== undefined) {
      const { reader } = this.client.pump;
      const before = reader.received;
      const state = this.request.send(this.#link.connection.wire.outbox);
      this.bytesIn += reader.received - before;
      if (state === 'refused') this.#bodyRefused(reader.refusal, now);
      else if (state === 'end') this.#answer?.requestEnded(now);
    }
    this.#watch();
  }

  #bodyRefused(reason: Reason = 'cut-short', now: number): void {
    const cause = this.client.wire.inbox.ended ? 'C' : 'P';
    if (this.#answer?.begun === true) this.broken(cause, now);
    else this.#fail(requestRefusalStatus(reason), cause, 'D', now);
  }

  #clientDid(now: number): void {
    if (this.#life !== undefined) this.#life.clientAt = now;
  }

  #serverDid(now: number): void {
    if (this.#life !== undefined) this.#life.serverAt = now;
  }

  /** Sets the alarm for whoever has to say something next. */
  #watch(): void {
    if (this.#phase !== 'answering' || this.#life === undefined) return;
    const { pending } = this.client.wire.outbox;
    const tunnels = this.#answer?.tunnels === true;
    this.setAlarm(this.#life.deadline({ requestDone: this.requestDone, pending, tunnels }));
  }

  #analysisIsLate(now: number): void {
    const { settings } = this.client.front.runtime;
    // What was waited for may be done without, but for a body that is wanted before anything else.
    if (settings.bufferRequest && !this.bodyWaited) this.#fail(408, 'c', 'R', now);
    else this.#analyse(now);
  }

  #answerIsLate(now: number): void {
    const serverLate = this.#life?.whoIsLate(now) === 'server';
    const cause = serverLate ? 's' : 'c';
    if (this.#answer?.begun === true) this.broken(cause, now);
    else if (serverLate) this.unusable(504, 's', 'H', now);
    else this.#fail(408, 'c', 'D', now);
  }

  #clientGone(now: number): void {
    if (this.back !== undefined) this.back.runtime.counters.clientAborts++;
    if (this.server !== undefined) this.server.counters.clientAborts++;
    this.#abort('C', now);
  }

  #abort(cause: string, now: number): void {
    this.endedBy(cause, this.#letter());
    this.#link.drop();
    this.#end(false, now, 'abort');
  }

  #letter(): string {
    if (this.#phase === 'seeking') return this.#seeker?.letter ?? 'C';
    if (this.#phase !== 'answering') return this.#phase === 'tarpitted' ? 'T' : 'R';
    return this.#answer?.begun === true || !this.requestDone ? 'D' : 'H';
  }

  #fail(status: number, cause: string, phase: string, now: number): void {
    this.#reply((this.back ?? this.client.front).errors.reply(status, this), cause, phase, now);
  }

  #reply(reply: ClosingReply, cause: string, phase: string, now: number): void {
    this.endedBy(cause, phase);
    this.#link.drop();
    this.#phase = 'answering';
    if (this.#answer === undefined) this.request.skip();
    if (reply.octets.length === 0) this.#end(false, now);
    else sendOwnAnswer(this, reply, now);
  }

  #end(keepsClient: boolean, now: number, how?: 'close' | 'abort'): void {
    if (this.#phase === 'over') return;
    this.#phase = 'over';
    this.#seeker?.end(now);
    this.times.total = now - this.times.startedAt;
    const { client, back } = this;
    countEnd(this, client.front.runtime);
    client.front.logger.stream(this, client.front.runtime, back?.runtime, now);
    if (how === undefined) client.exchangeEnded(keepsClient, now);
    else client.leave(how);
  }
}
