import { forwardsInterim } from '../../http/forwarding.ts';
import type { ConnectionMode } from '../../http/persistence.ts';
import { keepsClient, mayReuseServer } from '../../http/persistence.ts';
import type { Asked } from '../../http/response-head.ts';
import type { Verdict } from '../runtime/verdict.ts';
import type { Wire } from '../wire.ts';
import { AnswerRules } from './answer-rules.ts';
import type { BodyPump, PumpState } from './body-pump.ts';
import { pumpOctets } from './body-pump.ts';
import type { HttpClient } from './http-client.ts';
import type { BackParts } from './parts.ts';
import type { StreamState } from './stream-state.ts';
import type { ServerConnection } from './server-connection.ts';
import { losesBody, writeAnswerHead } from './write-head.ts';

/** What has to be known of the request to read the answer to it. */
const askedBy = ({ head }: HttpClient): Asked => ({ method: head.method, upgrades: head.upgrades });

/** To whom the answer belongs. */
export interface AnswerUser {
  readonly stream: StreamState;
  readonly client: HttpClient;
  readonly back: BackParts | undefined;
  readonly mode: ConnectionMode;
  /** Nothing of the request is to come any more. */
  readonly requestDone: boolean;
  /** Both messages, or both directions of a tunnel, are over. */
  answered(keepsClient: boolean, reusesServer: boolean, now: number): void;
  /** The server's answer cannot be used, and nothing of it has been sent: an answer of our own. */
  unusable(status: number, cause: string, phase: string, now: number): void;
  /** Part of it has been sent, and the rest does not come. */
  broken(cause: string, now: number): void;
  /** By the rules: an answer of our own in place of the server's, or none. */
  overruled(verdict: Verdict, now: number): void;
  setAlarm(at: number): void;
}

/** The answer on its way from the server to the client. */
export class HttpAnswer {
  readonly #user: AnswerUser;
  readonly #connection: ServerConnection;
  readonly #rules: AnswerRules;
  #state: 'head' | 'rules' | 'body' | 'tunnel' | 'done' = 'head';
  #keeps = false;
  #reuses = false;
  #towardsServerOver = false;

  constructor(user: AnswerUser, connection: ServerConnection) {
    this.#user = user;
    this.#connection = connection;
    this.#rules = new AnswerRules(user.client.front, user.back);
    connection.head.begin(connection.wire.inbox.from, askedBy(user.client));
  }

  /** Something of it has been sent to the client. */
  get begun(): boolean {
    return this.#state === 'body' || this.#state === 'tunnel' || this.#state === 'done';
  }

  get tunnels(): boolean {
    return this.#state === 'tunnel';
  }

  /** It is all here and sent, but the request is not over. */
  get done(): boolean {
    return this.#state === 'done';
  }

  /** The server has said more, or the client has room again. */
  goOn(now: number): void {
    if (this.#state === 'head') this.#readHead(now);
    if (this.#state === 'rules') this.#runRules(now);
    if (this.#state === 'body') this.#pumpBody(now);
    else if (this.#state === 'tunnel') this.#pumpTunnel(now);
  }

  /** The request is over, after the answer to it. */
  requestEnded(now: number): void {
    if (this.#state === 'done') this.#user.answered(this.#keeps, this.#reuses, now);
  }

  /** The server's connection is gone, with everything that was read of it. */
  serverLost(now: number): void {
    const { inbox } = this.#connection.wire;
    inbox.ended = true;
    this.goOn(now);
    if (this.#state === 'head') this.#unusable('S', now);
    else if (this.#state === 'body') this.#user.broken('S', now);
    else if (this.#state === 'tunnel') this.#user.answered(false, false, now);
  }

  #readHead(now: number): void {
    const { head, edits, wire } = this.#connection;
    for (;;) {
      const progress = head.read(wire.inbox.buffer, wire.inbox.to);
      if (progress === 'refused') this.#user.unusable(502, 'P', 'H', now);
      else if (progress === 'more' && wire.inbox.ended) this.#unusable('S', now);
      if (progress !== 'done') return;
      edits.begin(head.fields);
      if (!head.interim) break;
      this.#forwardInterim();
      wire.inbox.from = head.at;
      head.begin(wire.inbox.from, askedBy(this.#user.client));
    }
    const { stream } = this.#user;
    stream.times.response = now - this.#sinceConnected();
    stream.status = head.status;
    stream.response = {
      head,
      edits,
      body: () => wire.inbox.buffer.subarray(head.at, wire.inbox.to),
      bodyComplete: false,
    };
    this.#state = 'rules';
  }

  #unusable(cause: string, now: number): void {
    this.#user.unusable(502, cause, 'H', now);
  }

  #sinceConnected(): number {
    const { startedAt, idle, request, queue, connect } = this.#user.stream.times;
    return startedAt + [idle, request, queue, connect].reduce((sum, part) => sum + Math.max(0, part), 0);
  }

  #forwardInterim(): void {
    const { client, mode } = this.#user;
    const { head, edits } = this.#connection;
    if (forwardsInterim(client.head, head)) writeAnswerHead(client.wire.outbox, client.head, head, edits, mode);
  }

  #runRules(now: number): void {
    const { stream, back } = this.#user;
    const verdict = this.#rules.run(stream, now);
    if (verdict.kind === 'wait') this.#user.setAlarm(verdict.untilMs);
    else if (verdict.kind !== 'pass') this.#user.overruled(verdict, now);
    else {
      back?.sticking?.storeResponse(stream, now);
      if (back?.cookies?.writeResponse(stream, now) === false) this.#user.unusable(502, 'P', 'H', now);
      else this.#begin(now);
    }
  }

  /** From here on the answer goes to the client. */
  #begin(now: number): void {
    const { client, mode, stream } = this.#user;
    const { head, edits, pump, wire } = this.#connection;
    stream.status = edits.status === 0 ? head.status : edits.status;
    this.#keeps = keepsClient(mode, client.head, head);
    this.#reuses = mayReuseServer(mode, head);
    stream.bytesOut += writeAnswerHead(client.wire.outbox, client.head, head, edits, mode);
    wire.inbox.from = head.at;
    if (losesBody(head, edits)) {
      // What the server still sends belongs to nobody.
      this.#reuses = false;
      this.#finish(now);
      return;
    }
    this.#state = head.framing === 'tunnel' ? 'tunnel' : 'body';
    pump.begin(head.framing, head.length, head.at, head.framing === 'chunked' && client.head.minor === 1);
  }

  #pumpBody(now: number): void {
    const state = pumpCounted(this.#connection.pump, this.#connection.wire, this.#user);
    if (state === 'refused') this.#user.broken(this.#connection.wire.inbox.ended ? 'S' : 'P', now);
    else if (state === 'end') this.#finish(now);
  }

  #finish(now: number): void {
    this.#state = 'done';
    if (this.#user.requestDone) this.#user.answered(this.#keeps, this.#reuses, now);
  }

  /** Each direction ends by itself; the tunnel is over with the second one. */
  #pumpTunnel(now: number): void {
    const { wire: server } = this.#connection;
    const { wire: client } = this.#user.client;
    const upwards = this.#towardsServerOver ? 'over' : pumpOctets(client.inbox, server.outbox);
    if (upwards === 'end') {
      this.#towardsServerOver = true;
      server.finish();
    }
    const downwards = pumpOctets(server.inbox, client.outbox);
    if (downwards === 'end') this.#user.answered(false, false, now);
  }
}

function pumpCounted(pump: BodyPump, wire: Wire, { client, stream }: AnswerUser): PumpState {
  const before = pump.reader.received;
  const state = pump.run(wire.inbox, client.wire.outbox);
  stream.bytesOut += pump.reader.received - before;
  return state;
}
