import { lookup } from 'node:dns/promises';
import { hostname } from 'node:os';
import { performance } from 'node:perf_hooks';
import { limitsOf } from '../../engine/http/limits.ts';
import { ClientArrival, newSession, type ProxiedEnds } from '../../engine/proxy/client-arrival.ts';
import type { ProxyConfiguration } from '../../engine/proxy/configuration.ts';
import { ProxyEngine, type Makers } from '../../engine/proxy/proxy-engine.ts';
import type { FrontendRuntime, ListenerRuntime } from '../../engine/proxy/runtime/frontend-runtime.ts';
import type { ServerRuntime } from '../../engine/proxy/runtime/server-runtime.ts';
import type { Session } from '../../engine/proxy/runtime/session.ts';
import type { Stream } from '../../engine/proxy/runtime/stream.ts';
import type { Wire } from '../../engine/proxy/wire.ts';
import { type Accepted, ClientListener } from './client-listener.ts';
import { type ListeningPlace, placesOf } from './listening-socket.ts';
import type { ListeningSockets } from './listening-sockets.ts';
import { bindSource } from './source-address.ts';
import { AF_INET, AF_INET6, AF_UNIX, inetAddress, unixAddress } from './socket-address.ts';
import type { SocketLoop } from './socket-loop.ts';

/** The proxies of one configuration in a loop: accept their clients, connect to their servers. */
export class ProxyServer {
  readonly engine: ProxyEngine;
  readonly #loop: SocketLoop;

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
  }

  /** Where its frontends want to listen. */
  get places(): ListeningPlace[] {
    return this.#openFrontends.flatMap(({ front }) => front.binds.flatMap(placesOf));
  }

  /** Servers whose name nobody knows have no address, and are tried again by nobody but `set server … addr`. */
  async resolve(): Promise<void> {
    for (const backend of this.engine.backends.values()) await Promise.all(backend.servers.map(resolveServer));
  }

  /** From here on clients come here. Throws DirectorError when a socket cannot be had. */
  listen(sockets: ListeningSockets): void {
    for (const frontend of this.#openFrontends)
      for (const bind of frontend.front.binds)
        for (const place of placesOf(bind)) {
          const parts = [frontend, this.engine.listener(frontend, bind)] as const;
          const fd = sockets.take(place);
          this.#loop.watch(fd, new ClientListener(this.#loop, fd, parts, (...client) => this.#welcome(...client)));
        }
  }

  get #openFrontends(): FrontendRuntime[] {
    return [...this.engine.frontends.values()].filter(({ state }) => state !== 'disabled');
  }

  #welcome({ wire, from, to }: Accepted, { frontend, listener }: ClientListener, at: number): void {
    const session = newSession({ frontend, listener, from, acceptedAt: at, tls: undefined, httpMajor: 1 }, to);
    if (listener.bind.acceptProxy) this.#awaitHeader(wire, session, listener, at);
    else this.engine.accept(wire, session, at);
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
    const { endpoint, source = server.backend.back.source } = server.settings;
    if (endpoint.kind === 'unix') return this.#loop.connect(AF_UNIX, unixAddress(endpoint.path, endpoint.abstract));
    const { address = '0.0.0.0' } = server;
    const port = endpoint.port.relative ? stream.session.destination.port + server.port : server.port;
    const domain = address.includes(':') ? AF_INET6 : AF_INET;
    return this.#loop.connect(domain, inetAddress(address, port), source && ((fd) => bindSource(fd, source)));
  }
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
