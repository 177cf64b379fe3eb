import type { RequestHead } from '../../http/request-head.ts';
import type { Message } from '../runtime/stream.ts';
import type { Outbox } from '../wire.ts';
import { peekBody } from './body-peek.ts';
import type { PumpState } from './body-pump.ts';
import type { HttpClient } from './http-client.ts';

/** The body of the request whose head the client's connection has read. */
export class RequestBody implements Message<RequestHead> {
  /** Nothing of it is to come any more. */
  done: boolean;
  readonly #client: HttpClient;

  constructor(client: HttpClient) {
    this.#client = client;
    this.done = client.head.framing === 'none';
  }

  get head(): HttpClient['head'] {
    return this.#client.head;
  }

  get edits(): HttpClient['edits'] {
    return this.#client.edits;
  }

  body(): Uint8Array {
    return this.#peek().octets;
  }

  get bodyComplete(): boolean {
    return this.#peek().complete;
  }

  /** All of it is here, or as much as there is room for. */
  get waited(): boolean {
    const { host, wire } = this.#client;
    return this.done || wire.inbox.length >= host.limits.arrived || this.bodyComplete;
  }

  /** The head has been sent on. */
  begin(chunked: boolean): void {
    const { head, pump, wire } = this.#client;
    pump.begin(head.framing, head.length, head.at, chunked);
    wire.inbox.from = head.at;
  }

  send(outbox: Outbox): PumpState {
    const { pump, wire } = this.#client;
    const state = pump.run(wire.inbox, outbox);
    this.done = state === 'end';
    return state;
  }

  /** Nobody gets it: what is here of it is thrown away if it is all. */
  skip(): void {
    const { complete, at } = this.#peek();
    this.done = complete;
    if (complete) this.#client.wire.inbox.from = at;
  }

  #peek(): ReturnType<typeof peekBody> {
    const { head, host, wire } = this.#client;
    return peekBody(head, wire.inbox, host.limits);
  }
}
