import { RelevoError } from '../../provisioning/contract/index.ts';
import type { MethodInput, MethodName, MethodOutput, RpcEvent } from '../../provisioning/contract/index.ts';
import { reconnectDelayMs } from './backoff.ts';
import type { ServerMessage } from './message.ts';
import { readResult, readServerMessage } from './message.ts';

/** The part of a browser's WebSocket that the client needs; tests hand in their own. */
export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((message: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
  send(text: string): void;
  close(): void;
}

export type ConnectionState =
  | { readonly state: 'connecting' }
  | { readonly state: 'open' }
  /** `refused`: the page is still served, so the engine lives but does not accept our token. */
  | { readonly state: 'lost'; readonly refused: boolean; readonly attempt: number };

export interface ClientOptions {
  readonly connect: () => Socket;
  /** Whether the engine still serves the page; asked after a connection was lost. */
  readonly reachable: () => Promise<boolean>;
  readonly onState: (state: ConnectionState) => void;
  readonly onEvent: (event: RpcEvent) => void;
  readonly onMalformed: (reason: string) => void;
}

interface PendingCall {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** JSON-RPC 2.0 over a WebSocket that comes back by itself. Calls made while it is away fail at once with ENGINE_UNREACHABLE. */
export class RpcClient {
  readonly #options: ClientOptions;
  readonly #pending = new Map<number, PendingCall>();
  #socket: Socket | undefined;
  #open = false;
  #nextId = 1;
  #attempt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  start(): void {
    this.#stopped = false;
    this.#options.onState({ state: 'connecting' });
    this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#retry);
    this.#socket?.close();
  }

  /** Tries again now instead of waiting for the next attempt. */
  retryNow(): void {
    if (this.#open || this.#stopped) return;
    clearTimeout(this.#retry);
    this.#connect();
  }

  async call<M extends MethodName>(method: M, params: MethodInput<M>): Promise<MethodOutput<M>> {
    const socket = this.#socket;
    if (socket === undefined || !this.#open) throw unreachable();
    const id = this.#nextId++;
    const answer = new Promise<unknown>((resolve, reject) => this.#pending.set(id, { resolve, reject }));
    socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    return readResult(method, await answer);
  }

  #connect(): void {
    this.#socket?.close();
    const socket = this.#options.connect();
    this.#socket = socket;
    socket.onopen = () => this.#opened();
    socket.onmessage = ({ data }) => {
      if (typeof data === 'string') this.#received(data);
    };
    socket.onclose = () => {
      if (this.#socket === socket) this.#closed();
    };
  }

  #opened(): void {
    this.#open = true;
    this.#attempt = 0;
    this.#options.onState({ state: 'open' });
  }

  #closed(): void {
    this.#open = false;
    this.#socket = undefined;
    for (const call of this.#pending.values()) call.reject(unreachable());
    this.#pending.clear();
    if (this.#stopped) return;
    const attempt = this.#attempt++;
    this.#retry = setTimeout(() => this.#connect(), reconnectDelayMs(attempt));
    this.#options.onState({ state: 'lost', refused: false, attempt });
    this.#options.reachable().then(
      (refused) => {
        if (refused && !this.#open) this.#options.onState({ state: 'lost', refused, attempt });
      },
      () => undefined,
    );
  }

  #received(text: string): void {
    const message = readServerMessage(text);
    if (message.kind === 'event') this.#options.onEvent(message.event);
    else if (message.kind === 'malformed') this.#options.onMalformed(message.reason);
    else this.#settle(message);
  }

  #settle(answer: Extract<ServerMessage, { id: number }>): void {
    const call = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if (answer.kind === 'result') call?.resolve(answer.result);
    else call?.reject(new RelevoError(answer.error.code, answer.error.message, answer.error.detail));
  }
}

function unreachable(): RelevoError {
  return new RelevoError('ENGINE_UNREACHABLE', 'The lab engine does not answer.');
}
