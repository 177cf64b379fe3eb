import type { WebSocket } from 'ws';
import type { EventName, EventPayload, MethodInput, MethodName, MethodOutput } from '../contract/index.ts';
import { RelevoError } from '../contract/error.ts';
import { errorFromWire, readMessage } from './wire.ts';

type Listener = (payload: never) => void;

interface PendingCall {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: RelevoError) => void;
}

/** One connection to a lab engine, from Node. Every call rejects with a `RelevoError`. */
export class EngineClient {
  /** Resolves when the connection is gone, whoever ended it. */
  readonly closed: Promise<void>;
  readonly #socket: WebSocket;
  readonly #pending = new Map<number, PendingCall>();
  readonly #listeners = new Map<string, Set<Listener>>();
  #nextId = 1;

  /** `socket` is open already: see `connect`. */
  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => this.#receive(data.toString('utf8')));
    // An error is always followed by `close`, which is where it matters.
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#failPending();
        resolve();
      });
    });
  }

  call<M extends MethodName>(method: M, input: MethodInput<M>): Promise<MethodOutput<M>> {
    if (this.#socket.readyState !== this.#socket.OPEN) return Promise.reject(connectionLost());
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: (result) => resolve(result as MethodOutput<M>), reject });
      this.#socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params: input }));
    });
  }

  /** Returns the way to stop listening. */
  on<E extends EventName>(event: E, listener: (payload: EventPayload<E>) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** Stops reading, so that the engine stops sending: for consumers slower than the node. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.close();
  }

  #receive(text: string): void {
    const message = readMessage(text);
    switch (message?.kind) {
      case 'event':
        for (const listener of this.#listeners.get(message.event) ?? []) listener(message.payload as never);
        break;
      case 'result':
        this.#settle(message.id)?.resolve(message.result);
        break;
      case 'error':
        this.#settle(message.id)?.reject(errorFromWire(message.error));
        break;
      case undefined:
        break;
    }
  }

  #settle(id: number): PendingCall | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #failPending(): void {
    for (const { reject } of this.#pending.values()) reject(connectionLost());
    this.#pending.clear();
  }
}

function connectionLost(): RelevoError {
  return new RelevoError('ENGINE_UNREACHABLE', 'The connection to the lab engine broke.', {
    hint: 'Run the command again: it starts the engine when it does not run. A running lab lives on without it.',
  });
}
