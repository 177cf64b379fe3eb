import type { HeadLimits } from '../http/limits.ts';
import type { ProxyConfiguration, Proxy, Frontend, Listen, Backend } from './configuration.ts';
import { ForwardedFields } from './exchange/forwarded-for.ts';
import type { Deadlines } from './exchange/deadlines.ts';
import { HttpClient } from './exchange/http-client.ts';
import { IdleConnections } from './exchange/idle-connections.ts';
import type { BackParts, ErrorReplies, ExchangeHost, FrontParts } from './exchange/parts.ts';
import { TcpExchange } from './exchange/tcp-exchange.ts';
import { BackendRuntime } from './runtime/backend-runtime.ts';
import type {
  CookiePersistence,
  Dispatcher,
  OwnPage,
  RuleLists,
  SessionLogger,
  Sticking,
} from './runtime/collaborators.ts';
import { FrontendCounters } from './runtime/counters.ts';
import type { ProxyEnvironment } from './runtime/environment.ts';
import { FrontendRuntime, type ListenerRuntime } from './runtime/frontend-runtime.ts';
import type { SampleValue } from './runtime/sample-value.ts';
import type { ServerRuntime } from './runtime/server-runtime.ts';
import type { Session } from './runtime/session.ts';
import type { StickEntries } from './runtime/stick-entries.ts';
import type { Stream } from './runtime/stream.ts';
import type { Wire } from './wire.ts';

/** Who makes of a proxy's settings what exchanges ask. */
export interface Makers {
  rules(proxy: Proxy, environment: ProxyEnvironment): RuleLists;
  errors(proxy: Proxy, environment: ProxyEnvironment): ErrorReplies;
  page(proxy: Proxy, environment: ProxyEnvironment): OwnPage | undefined;
  logger(front: FrontendRuntime, environment: ProxyEnvironment): SessionLogger;
  dispatcher(back: BackendRuntime, parts: DispatcherParts, environment: ProxyEnvironment): Dispatcher;
  cookies(back: BackendRuntime): CookiePersistence | undefined;
  sticking(back: BackendRuntime, environment: ProxyEnvironment): Sticking | undefined;
  table(proxy: Proxy): StickEntries | undefined;
}

/** By what a backend's clients are bound to servers. */
export interface DispatcherParts {
  readonly rules: RuleLists;
  readonly cookies: CookiePersistence | undefined;
  readonly sticking: Sticking | undefined;
}

/** What the engine needs from outside. */
export interface Surroundings {
  readonly deadlines: Deadlines;
  readonly limits: HeadLimits;
  readonly hostName: string;
  /** Milliseconds since 1970, with fractions; the clock of `deadlines`. */
  now(): number;
  random(): number;
  /** Whoever uses the wire is called `connected` or `failed`, later. */
  connect(server: ServerRuntime, stream: Stream): Wire;
}

type Client = HttpClient | TcpExchange;

/** All proxies of a configuration at work. Clients come in by `accept`; time by `Surroundings.deadlines`. */
export class ProxyEngine implements ExchangeHost, ProxyEnvironment {
  readonly frontends = new Map<string, FrontendRuntime>();
  readonly backends = new Map<string, BackendRuntime>();
  readonly tables = new Map<string, StickEntries>();
  readonly variables = new Map<string, SampleValue>();
  readonly hostName: string;
  readonly deadlines: Deadlines;
  readonly limits: HeadLimits;
  readonly clients = new Set<Client>();
  stopping = false;
  readonly #outside: Surroundings;
  readonly #fronts = new Map<FrontendRuntime, FrontParts>();
  readonly #backs = new Map<string, BackParts>();
  #numbers = 0;

  constructor(configuration: ProxyConfiguration, makers: Makers, outside: Surroundings) {
    this.#outside = outside;
    this.deadlines = outside.deadlines;
    this.limits = outside.limits;
    this.hostName = outside.hostName;
    const now = outside.now();
    for (const [index, proxy] of configuration.proxies.entries()) this.#make(proxy, proxy.id ?? index + 2, now, makers);
    this.#assemble(configuration.proxies, makers);
  }

  now(): number {
    return this.#outside.now();
  }

  random(): number {
    return this.#outside.random();
  }

  backend(name: string): BackParts | undefined {
    return this.#backs.get(name);
  }

  connect(server: ServerRuntime, stream: Stream): Wire {
    return this.#outside.connect(server, stream);
  }

  nextNumber(): number {
    return this.#numbers++;
  }

  /** A socket of a frontend; clients are accepted for it. */
  listener(frontend: FrontendRuntime, bind: ListenerRuntime['bind']): ListenerRuntime {
    const id = bind.id ?? frontend.listeners.length + 1;
    const listener = { bind, id, name: bind.name, current: 0, counters: new FrontendCounters() };
    frontend.listeners.push(listener);
    return listener;
  }

  /** A client whose connection stands, with everything that comes before its first request behind it. */
  accept(wire: Wire, session: Session, now: number): void {
    const parts = this.#fronts.get(session.frontend);
    if (parts === undefined) throw new Error(`${session.frontend.settings.name} is no frontend of this engine`);
    const { runtime } = parts;
    count(session, 1);
    const client =
      runtime.settings.mode === 'http'
        ? new HttpClient(wire, session, parts, this, (gone) => this.#forget(gone))
        : new TcpExchange(wire, session, parts, this, (gone) => this.#forget(gone));
    this.clients.add(client);
    if (client instanceof TcpExchange) client.start(now);
    else if (wire.inbox.length > 0 || wire.inbox.ended) client.received(now);
  }

  /** No new requests; what is under way is brought to its end. */
  drain(): void {
    this.stopping = true;
    for (const client of [...this.clients]) if (client instanceof HttpClient) client.drain();
  }

  #forget(client: Client): void {
    if (!this.clients.delete(client)) return;
    count(client.session, -1);
  }

  #make(proxy: Proxy, id: number, now: number, makers: Makers): void {
    const table = makers.table(proxy);
    if (table !== undefined) this.tables.set(proxy.name, table);
    if (proxy.kind !== 'backend') this.frontends.set(proxy.name, new FrontendRuntime(proxy, id, now));
    if (proxy.kind !== 'frontend') this.backends.set(proxy.name, new BackendRuntime(proxy, id, now));
  }

  /** Only when all proxies are there: rules name them. */
  #assemble(proxies: readonly Proxy[], makers: Makers): void {
    for (const proxy of proxies) {
      const rules = makers.rules(proxy, this);
      const errors = makers.errors(proxy, this);
      const page = makers.page(proxy, this);
      const front = isFront(proxy) ? this.frontends.get(proxy.name) : undefined;
      const back = isBack(proxy) ? this.backends.get(proxy.name) : undefined;
      const parts = { rules, errors, page };
      if (front !== undefined)
        this.#fronts.set(front, { ...parts, runtime: front, logger: makers.logger(front, this) });
      if (back !== undefined) this.#backs.set(proxy.name, this.#backParts(back, parts, makers));
    }
  }

  #backParts(runtime: BackendRuntime, parts: Pick<BackParts, 'rules' | 'errors' | 'page'>, makers: Makers): BackParts {
    const cookies = makers.cookies(runtime);
    const sticking = makers.sticking(runtime, this);
    return {
      ...parts,
      runtime,
      dispatcher: makers.dispatcher(runtime, { rules: parts.rules, cookies, sticking }, this),
      cookies,
      sticking,
      idle: new IdleConnections(this.deadlines),
      forwarded: new ForwardedFields(runtime.settings),
    };
  }
}

const isFront = (proxy: Proxy): proxy is Frontend | Listen => proxy.kind !== 'backend';
const isBack = (proxy: Proxy): proxy is Backend | Listen => proxy.kind !== 'frontend';

/** Streams of HTTP/2 share a connection, which is counted by whoever has it. */
function count({ frontend, listener, httpMajor }: Session, by: 1 | -1): void {
  if (httpMajor !== 1) return;
  frontend.current += by;
  listener.current += by;
}
