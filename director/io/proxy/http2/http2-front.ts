import type { Socket } from 'node:net';
import type { Bind } from '../../../engine/proxy/endpoints.ts';
import type { ProxyEngine } from '../../../engine/proxy/proxy-engine.ts';
import type { FrontendRuntime } from '../../../engine/proxy/runtime/frontend-runtime.ts';
import type { Session } from '../../../engine/proxy/runtime/session.ts';
import type { SocketLoop } from '../socket-loop.ts';
import { Http2Connection } from './http2-connection.ts';

const LOOK_MS = 1000;

/** Whether a connection speaks HTTP/2 from its first octet: `proto` says so, or else what ALPN has chosen. */
export function speaksHttp2(bind: Bind, { settings }: FrontendRuntime, alpn: string | undefined): boolean {
  if (settings.mode !== 'http') return false;
  return bind.protocol === undefined ? alpn === 'h2' : bind.protocol === 'h2';
}

/** The connections in HTTP/2 of one engine's clients. */
export class Http2Front {
  readonly #engine: ProxyEngine;
  readonly #loop: SocketLoop;
  readonly #connections = new Set<Http2Connection>();
  #looking: NodeJS.Timeout | undefined;

  constructor(engine: ProxyEngine, loop: SocketLoop) {
    this.#engine = engine;
    this.#loop = loop;
  }

  get size(): number {
    return this.#connections.size;
  }

  take(socket: Socket, session: Session): void {
    const forget = (connection: Http2Connection): void => void this.#connections.delete(connection);
    this.#connections.add(new Http2Connection(socket, session, this.#engine, this.#loop, forget));
    this.#looking ??= setInterval(() => this.#look(), LOOK_MS).unref();
  }

  drain(): void {
    const now = this.#loop.now();
    for (const connection of [...this.#connections]) connection.drain(now);
    this.#loop.settle();
  }

  /** Everything ends at once. */
  stop(): void {
    for (const connection of [...this.#connections]) connection.kill();
    clearInterval(this.#looking);
    this.#looking = undefined;
  }

  #look(): void {
    for (const connection of [...this.#connections]) connection.look();
    if (this.#connections.size > 0) return;
    clearInterval(this.#looking);
    this.#looking = undefined;
  }
}
