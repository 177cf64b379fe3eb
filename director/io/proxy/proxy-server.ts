import { lookup } from 'node:dns/promises';
import { Socket } from 'node:net';
import { hostname } from 'node:os';
import { performance } from 'node:perf_hooks';
import { limitsOf } from '../../engine/http/limits.ts';
import { ClientArrival, newSession, type ProxiedEnds } from '../../engine/proxy/client-arrival.ts';
import type { ProxyConfiguration } from '../../engine/proxy/configuration.ts';
import type { BindTls } from '../../engine/proxy/endpoints.ts';
import { proxyBinary, proxyLine } from '../../engine/proxy/proxy-protocol/write-header.ts';
import { ProxyEngine, type Makers } from '../../engine/proxy/proxy-engine.ts';
import type { FrontendRuntime, ListenerRuntime } from '../../engine/proxy/runtime/frontend-runtime.ts';
import type { ServerRuntime } from '../../engine/proxy/runtime/server-runtime.ts';
import type { Session, TlsFacts } from '../../engine/proxy/runtime/session.ts';
import type { Server } from '../../engine/proxy/servers.ts';
import type { Stream } from '../../engine/proxy/runtime/stream.ts';
import type { Wire } from '../../engine/proxy/wire.ts';
import { type Accepted, ClientListener } from './client-listener.ts';
import { Http2Front, speaksHttp2 } from './http2/http2-front.ts';
import { type ListeningPlace, placesOf } from './listening-socket.ts';
import type { ListeningSockets } from './listening-sockets.ts';
import { bindSource } from './source-address.ts';
import { AF_INET, AF_INET6, AF_UNIX, inetAddress, unixAddress } from './socket-address.ts';
import type { SocketLoop } from './socket-loop.ts';
import { StreamWire } from './stream-wire.ts';
import { connectTls, TlsAcceptor, tlsFacts } from './tls-sockets.ts';

/** The proxies of one configuration in a loop: accept their clients, connect to their servers. */
export class ProxyServer {
  readonly engine: ProxyEngine;
  readonly #loop: SocketLoop;
  readonly #http2: Http2Front;
  readonly #acceptors = new Map<BindTls, TlsAcceptor>();

  constructor(configuration: ProxyConfiguration, makers: Makers, loop: SocketLoop) {
    const { size, reservedForRewriting, headers } = configuration.global.buffers;
    const limits = limitsOf({ bufferSize: size, maximumRewrite: reservedForRewriting, maximumHeaders: headers });
    this.#loop = loop;
    this.engine = new ProxyEngine(configuration, makers, {
      deadlines: loop.deadlines,
      limits,
      hostName: hostname(),
      now: () => loop.now(),
      random: Math.random,
      connect: (server, stream) => this.#connect(server, stream),
    });
    this.#http2 = new Http2Front(this.engine, loop);
  }

  /** Whether anybody is left. */
  get busy(): boolean {
    return this.engine.clients.size > 0 || this.#http2.size > 0;
  }

  /** No new requests; what is under way is brought to its end. */
  drain(): void {
    this.engine.drain();
    this.#http2.drain();
  }

  /** Everything ends at once. */
  stop(): void {
    for (const client of [...this.engine.clients]) client.kill(this.#loop.now());
    this.#http2.stop();
  }

  /** Where its frontends want to listen. */
  get places(): ListeningPlace[] {
    return this.#openFrontends.flatMap(({ front }) => front.binds.flatMap(placesOf));
  }

  /**
   * Everything that may be impossible, and all that takes time. Rejects with DirectorError `bad-certificate`. Servers whose name nobody
   * knows have no address until `set server … addr` gives them one.
   */
  async prepare(): Promise<void> {
    for (const { tls } of this.#openFrontends.flatMap(({ front }) => front.binds))
      if (tls !== undefined) this.#acceptors.set(tls, new TlsAcceptor(tls));
    for (const backend of this.engine.backends.values()) await Promise.all(backend.servers.map(resolveServer));
  }

  /** From here on clients come here. Throws DirectorError when a socket cannot be had. */
  listen(sockets: ListeningSockets): void {
    for (const frontend of this.#openFrontends)
      for (const bind of frontend.front.binds)
        for (const place of placesOf(bind)) {
          const parts = [frontend, this.engine.listener(frontend, bind)] as const;
          const fd = sockets.take(place);
          this.#loop.watch(fd, new ClientListener(fd, parts, (...client) => this.#welcome(...client)));
        }
  }

  get #openFrontends(): FrontendRuntime[] {
    return [...this.engine.frontends.values()].filter(({ state }) => state !== 'disabled');
  }

  #welcome(accepted: Accepted, from: ClientListener, at: number): void {
    const { bind } = from.listener;
    const acceptor = bind.tls && this.#acceptors.get(bind.tls);
    if (acceptor !== undefined) this.#shakeHands(acceptor, accepted, from, at);
    else if (speaksHttp2(bind, from.frontend, undefined) && !bind.acceptProxy) {
      const { fd } = accepted;
      const socket = new Socket({ fd, readable: true, writable: true, allowHalfOpen: true });
      this.#http2.take(socket, { ...this.#session(accepted, from, at, undefined), httpMajor: 2 });
    } else {
      const session = this.#session(accepted, from, at, undefined);
      const wire = this.#loop.adopt(accepted.fd);
      if (bind.acceptProxy) this.#awaitHeader(wire, session, from.listener, at);
      else this.engine.accept(wire, session, at);
    }
  }

  #session({ from, to }: Accepted, { frontend, listener }: ClientListener, at: number, tls?: TlsFacts): Session {
    return newSession({ frontend, listener, from, acceptedAt: at, tls, httpMajor: 1 }, to);
  }

  #shakeHands(acceptor: TlsAcceptor, accepted: Accepted, from: ClientListener, at: number): void {
    const { listener, frontend } = from;
    const to = accepted.to();
    const leave = (): void => {
      listener.current--;
    };
    listener.current++;
    acceptor.accept(
      accepted.fd,
      frontend.front.timeouts.clientMs,
      (socket) => {
        leave();
        const session = this.#session({ ...accepted, to: () => to }, from, at, tlsFacts(socket));
        const now = this.#loop.now();
        session.handshakeMs = now - at;
        if (speaksHttp2(listener.bind, frontend, session.tls?.alpn))
          this.#http2.take(socket, { ...session, httpMajor: 2 });
        else this.engine.accept(new StreamWire(socket, this.#loop), session, now);
        this.#loop.settle();
      },
      leave,
    );
  }

  #awaitHeader(wire: Wire, session: Session, listener: ListenerRuntime, at: number): void {
    const { deadlines } = this.#loop;
    const limitMs = session.frontend.front.timeouts.clientMs ?? Infinity;
    const times = { limitMs, setAlarm: deadlines.set.bind(deadlines) };
    listener.current++;
    const leave = (): void => {
      listener.current--;
    };
    const arrive = (ends: ProxiedEnds | undefined, now: number): void => {
      leave();
      if (ends !== undefined) Object.assign(session, ends);
      session.handshakeMs = now - at;
      this.engine.accept(wire, session, now);
    };
    new ClientArrival(wire, times, at, [arrive, leave]);
  }

  #connect(server: ServerRuntime, stream: Stream): Wire {
    const { endpoint, tls, handshake, sendProxy, source = server.backend.back.source } = server.settings;
    const { address = '0.0.0.0' } = server;
    const relative = endpoint.kind === 'inet' && endpoint.port.relative;
    const port = relative ? stream.session.destination.port + server.port : server.port;
    const preface = sendProxy === undefined ? undefined : prefaceOf(sendProxy, stream);
    if (tls && handshake !== undefined) {
      const place = endpoint.kind === 'unix' ? { path: endpoint.path } : { host: address, port };
      return connectTls(this.#loop, place, handshake, { preface });
    }
    const wire =
      endpoint.kind === 'unix'
        ? this.#loop.connect(AF_UNIX, unixAddress(endpoint.path, endpoint.abstract))
        : this.#loop.connect(
            address.includes(':') ? AF_INET6 : AF_INET,
            inetAddress(address, port),
            source && ((fd) => bindSource(fd, source)),
          );
    if (preface !== undefined) wire.write(preface, 0, preface.length);
    return wire;
  }
}

function prefaceOf(version: NonNullable<Server['sendProxy']>, { session }: Stream): Uint8Array {
  const { source, destination } = session;
  return version === 'v1' ? proxyLine(source, destination) : proxyBinary(source, destination);
}

/** Milliseconds since 1970 that never go back. */
export function steadyNow(): number {
  return performance.timeOrigin + performance.now();
}

async function resolveServer(server: ServerRuntime): Promise<void> {
  const { endpoint, preferredFamily } = server.settings;
  if (endpoint.kind !== 'inet') return;
  const found = await lookup(endpoint.host, { all: true }).catch(() => []);
  server.address = (found.find(({ family }) => family === preferredFamily) ?? found[0])?.address;
}
