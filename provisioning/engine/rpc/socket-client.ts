import type { WebSocket } from 'ws';
import type { RpcEvent } from '../../contract/index.ts';
import type { RpcClient } from './client.ts';

/** Below this much unsent data, whoever was held back may go on. */
export const LOW_WATER = 256 * 1024;
/** Above this much, session output waits. */
export const HIGH_WATER = 1024 * 1024;
/** A client this far behind will not catch up: it is dropped, and gets a fresh snapshot when it comes back. */
const HOPELESS = 64 * 1024 * 1024;

/** A client at the other end of a WebSocket. */
export class SocketClient implements RpcClient {
  readonly id: number;
  readonly labs = new Set<string>();
  wantsLabs = false;
  readonly #socket: WebSocket;
  #waiting: (() => void)[] = [];

  constructor(id: number, socket: WebSocket) {
    this.id = id;
    this.#socket = socket;
    socket.on('close', () => this.#release());
  }

  get connected(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  get buffered(): number {
    return this.#socket.bufferedAmount;
  }

  send({ event, payload }: RpcEvent): void {
    this.sendMessage({ jsonrpc: '2.0', method: 'event', params: { event, payload } });
  }

  sendMessage(message: object): void {
    if (!this.connected) return;
    this.#socket.send(JSON.stringify(message), () => {
      if (this.buffered < LOW_WATER) this.#release();
    });
    if (this.buffered > HOPELESS) this.#socket.terminate();
  }

  onceDrained(listener: () => void): void {
    if (this.buffered < LOW_WATER || !this.connected) listener();
    else this.#waiting.push(listener);
  }

  #release(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const listener of waiting) listener();
  }
}
