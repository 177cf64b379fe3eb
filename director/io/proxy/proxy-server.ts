import { lookup } from 'node:dns/promises';
import { hostname } from 'node:os';
import { performance } from 'node:perf_hooks';
import { limitsOf } from '../../engine/http/limits.ts';
import { ClientArrival, newSession } from '../../engine/proxy/client-arrival.ts';
import type { ProxyConfiguration } from '../../engine/proxy/configuration.ts';
import { ProxyEngine, type Makers } from '../../engine/proxy/proxy-engine.ts';
import type { FrontendRuntime, ListenerRuntime } from '../../engine/proxy/runtime/frontend-runtime.ts';
import type { ServerRuntime } from '../../engine/proxy/runtime/server-runtime.ts';
import type { Session } from '../../engine/proxy/runtime/session.ts';
import type { Stream } from '../../engine/proxy/runtime/stream.ts';
import type { Wire } from '../../engine/proxy/wire.ts';
import { type Accepted, ClientListener } from './client-listener.ts';
import { openListeningSocket, placesOf } from './listening-socket.ts';
import { bindSource } from './source-address.ts';
import { AF_INET, AF_INET6, AF_UNIX, inetAddress, unixAddress } from './socket-address.ts';
import { SocketLoop } from './socket-loop.ts';
import * as system from './system.ts';

/** The proxies of a configuration with sockets of their own. */
export class ProxyServer {
  readonly engine: ProxyEngine;
  readonly loop: SocketLoop;
  readonly #listeners: ClientListener[] = [];

  constructor(configuration: ProxyConfiguration, makers: Makers) {
    const { size, reservedForRewriting, headers } = configuration.global.buffers;
    const limits = limitsOf({ bufferSize: size, maximumRewrite: reservedForRewriting, maximumHeaders: headers });
    this.loop = new SocketLoop(now);
    this.engine = new ProxyEngine(configuration, makers, {
      deadlines: this.loop.deadlines,
      limits,
      hostName: hostname(),
      now,
      random: Math.random,
      connect: (server, stream) => this.#connect(server, stream),
    });
  }

  /** Rejects with DirectorError when a name is unknown or a socket cannot be had; `stop` is to be called then as well. */
  async start(): Promise<void> {
    for (const backend of this.engine.backends.values()) await Promise.all(backend.servers.map(resolveServer));
    for (const frontend of this.engine.frontends.values()) if (frontend.state === 'open') this.#listen(frontend);
    this.loop.start();
  }

  stop(): void {
    for (const { fd } of this.#listeners) {
      this.loop.unwatch(fd);
      system.close(fd);
    }
    this.#listeners.length = 0;
    this.loop.stop();
  }

  #listen(frontend: FrontendRuntime): void {
    for (const bind of frontend.front.binds) {
      for (const place of placesOf(bind)) {
        const fd = openListeningSocket(place);
        const listener = this.engine.listener(frontend, bind);
        const accepting = new ClientListener(this.loop, fd, [frontend, listener], (...client) =>
          this.#welcome(...client),
        );
        this.#listeners.push(accepting);
        this.loop.watch(fd, accepting);
      }
    }
  }

  #welcome({ wire, from, to }: Accepted, { frontend, listener }: ClientListener, at: number): void {
    const session = newSession({ frontend, listener, from, acceptedAt: at, tls: undefined, httpMajor: 1 }, to);
    if (listener.bind.acceptProxy) this.#awaitHeader(wire, session, listener, at);
    else this.engine.accept(wire, session, at);
  }

  #awaitHeader(wire: Wire, session: Session, listener: ListenerRuntime, at: number): void {
    const { deadlines } = this.loop;
    const limitMs = session.frontend.front.timeouts.clientMs ?? Infinity;
    const times = { limitMs, setAlarm: deadlines.set.bind(deadlines) };
    listener.current++;
    const leave = (): void => {
      listener.current--;
    };
    const arrive = (
      ends: { source: Session['source']; destination: Session['destination'] } | undefined,
      time: number,
    ) => {
      leave();
      if (ends !== undefined) Object.assign(session, ends);
      session.handshakeMs = time - at;
      this.engine.accept(wire, session, time);
    };
    new ClientArrival(wire, times, at, [arrive, leave]);
  }

  #connect(server: ServerRuntime, stream: Stream): Wire {
    const { endpoint, source = server.backend.back.source } = server.settings;
    if (endpoint.kind === 'unix') return this.loop.connect(AF_UNIX, unixAddress(endpoint.path, endpoint.abstract));
    const { address = '0.0.0.0' } = server;
    const port = endpoint.port.relative ? stream.session.destination.port + server.port : server.port;
    const domain = address.includes(':') ? AF_INET6 : AF_INET;
    return this.loop.connect(domain, inetAddress(address, port), source && ((fd) => bindSource(fd, source)));
  }
}

/** Milliseconds since 1970 that never go back. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

async function resolveServer(server: ServerRuntime): Promise<void> {
  const { endpoint, preferredFamily } = server.settings;
  if (endpoint.kind !== 'inet') return;
  const found = await lookup(endpoint.host, { all: true }).catch(() => []);
  server.address = (found.find(({ family }) => family === preferredFamily) ?? found[0])?.address;
}
