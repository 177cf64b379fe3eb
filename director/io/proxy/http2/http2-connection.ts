import { constants, performServerHandshake, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { Sleeper } from '../../../engine/proxy/exchange/deadlines.ts';
import type { ProxyEngine } from '../../../engine/proxy/proxy-engine.ts';
import type { Session } from '../../../engine/proxy/runtime/session.ts';
import type { SocketLoop } from '../socket-loop.ts';
import { FloodGuard } from './flood-guard.ts';
import { requestText } from './request-text.ts';
import { RequestWire } from './request-wire.ts';

const { NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_HTTP_1_1_REQUIRED, NGHTTP2_NO_ERROR, NGHTTP2_PROTOCOL_ERROR } = constants;

/** HAProxy's `tune.h2.max-concurrent-streams`. */
const CONCURRENT_STREAMS = 100;
/** How long a client may take to notice that its connection ends. */
const LINGER_MS = 5000;
/** Fields of a request beyond those that a configuration allows are refused by HTTP/1.1's reader, with an answer; these by the library. */
const MOST_FIELDS = 512;

/** A client's connection that speaks HTTP/2: each of its streams is a client of the engine. */
export class Http2Connection extends Sleeper {
  readonly #socket: Socket;
  readonly #session: Session;
  readonly #engine: ProxyEngine;
  readonly #loop: SocketLoop;
  readonly #http2: ServerHttp2Session;
  readonly #guard = new FloodGuard();
  readonly #onGone: (connection: Http2Connection) => void;
  #streams = 0;
  /** When the last request came, or the connection was accepted: from then on the next one is waited for. */
  #lastAt: number;
  #handshakeMs: number;
  #asked = false;
  #state: 'open' | 'leaving' | 'gone' = 'open';

  constructor(
    socket: Socket,
    session: Session,
    engine: ProxyEngine,
    loop: SocketLoop,
    onGone: (connection: Http2Connection) => void,
  ) {
    super();
    this.#socket = socket;
    this.#session = session;
    this.#engine = engine;
    this.#loop = loop;
    this.#onGone = onGone;
    this.#lastAt = session.acceptedAt;
    this.#handshakeMs = session.handshakeMs;
    session.frontend.current++;
    session.listener.current++;
    loop.companions++;
    this.#http2 = performServerHandshake(socket, {
      maxHeaderListPairs: MOST_FIELDS,
      settings: {
        enablePush: false,
        maxConcurrentStreams: CONCURRENT_STREAMS,
        maxHeaderListSize: engine.limits.arrived,
      },
    });
    this.#http2
      .on('stream', (stream: ServerHttp2Stream, _fields: unknown, _flags: unknown, raw: string[]) =>
        this.#welcome(stream, raw),
      )
      .on('ping', () => this.#judge(this.#guard.control(loop.now())))
      .on('remoteSettings', () => this.#judge(this.#guard.control(loop.now())))
      // Whatever is wrong ends the session, and its streams tell their exchanges.
      .on('error', () => undefined)
      .on('close', () => this.#leave());
    // A TLS socket that no tls.Server has made never says itself that its handshake is done, and the session would wait for that.
    if (socket instanceof TLSSocket) socket.emit('secureConnect');
    socket.on('error', () => this.#http2.destroy()).on('close', () => this.#leave());
    this.#await(session.acceptedAt + session.handshakeMs);
  }

  /** Nothing has been asked for too long; or it has been told to go, and has not gone. */
  override wake(now: number): void {
    if (this.#state === 'open') this.drain(now);
    else this.#socket.destroy();
  }

  /** GOAWAY: no more requests; those under way are brought to their end. */
  drain(now: number): void {
    if (this.#state !== 'open') return;
    this.#state = 'leaving';
    this.#http2.close();
    if (this.#streams === 0) this.#engine.deadlines.set(this, now + LINGER_MS);
  }

  /** At once. */
  kill(): void {
    this.#http2.destroy();
    this.#socket.destroy();
    this.#leave();
  }

  /** Once a second. */
  look(): void {
    if (this.#state === 'gone') return;
    this.#judge(this.#guard.look(this.#socket.bytesRead, this.#socket.bytesWritten));
  }

  #welcome(stream: ServerHttp2Stream, fields: string[]): void {
    const now = this.#loop.now();
    this.#guard.request();
    stream.on('error', () => undefined);
    if (stream.destroyed || stream.closed) {
      this.#judge(this.#guard.reset(now));
      return;
    }
    let refused = false;
    this.#streams++;
    this.#engine.deadlines.set(this, Infinity);
    stream.once('close', () => this.#streamEnded(!refused && stream.rstCode !== NGHTTP2_NO_ERROR));
    const request = requestText(fields, stream.endAfterHeaders);
    if (typeof request === 'string') {
      refused = true;
      stream.close(request === 'connect' ? NGHTTP2_HTTP_1_1_REQUIRED : NGHTTP2_PROTOCOL_ERROR);
      // Refused ones cost little, but not nothing.
      this.#judge(this.#guard.reset(now));
      return;
    }
    const wire = new RequestWire(stream, request, this.#loop, this.#guard);
    this.#engine.accept(wire, this.#streamSession(now), now);
    this.#loop.settle();
  }

  /** As HAProxy has it: a stream's time begins with the one before it, the first one's with the connection. */
  #streamSession(now: number): Session {
    const session = { ...this.#session, acceptedAt: this.#lastAt, handshakeMs: this.#handshakeMs };
    this.#asked = true;
    this.#lastAt = now;
    this.#handshakeMs = 0;
    return session;
  }

  #streamEnded(early: boolean): void {
    this.#streams--;
    const now = this.#loop.now();
    if (early) this.#judge(this.#guard.reset(now));
    if (this.#streams > 0 || this.#state === 'gone') return;
    if (this.#state === 'leaving') this.#engine.deadlines.set(this, now + LINGER_MS);
    else this.#await(now);
    this.#loop.settle();
  }

  /** The same times as those of HTTP/1.1. */
  #await(since: number): void {
    const { settings, front } = this.#session.frontend;
    const { httpRequestMs, httpKeepAliveMs } = settings.timeouts;
    const first = httpRequestMs ?? front.timeouts.clientMs ?? Infinity;
    this.#engine.deadlines.set(this, since + (this.#asked ? (httpKeepAliveMs ?? first) : first));
  }

  #judge(tooMuch: boolean): void {
    if (!tooMuch || this.#state === 'gone' || this.#http2.destroyed) return;
    this.#state = 'leaving';
    this.#http2.destroy(new Error('flood'), NGHTTP2_ENHANCE_YOUR_CALM);
    this.#engine.deadlines.set(this, this.#loop.now() + LINGER_MS);
  }

  #leave(): void {
    if (this.#state === 'gone') return;
    this.#state = 'gone';
    this.#engine.deadlines.cancel(this);
    this.#session.frontend.current--;
    this.#session.listener.current--;
    this.#loop.companions--;
    if (!this.#http2.destroyed) this.#http2.destroy();
    this.#onGone(this);
  }
}
