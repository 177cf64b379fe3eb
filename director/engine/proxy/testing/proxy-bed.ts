import { HAPROXY_LIMITS } from '../../http/limits.ts';
import type { ProxyConfiguration } from '../configuration.ts';
import { Deadlines } from '../exchange/deadlines.ts';
import { ProxyEngine, type Makers } from '../proxy-engine.ts';
import type { ServerRuntime } from '../runtime/server-runtime.ts';
import type { Session } from '../runtime/session.ts';
import type { Stream } from '../runtime/stream.ts';
import { FakeWire } from './fake-wire.ts';
import { plainMakers } from './plain-makers.ts';

export interface Opened {
  readonly server: ServerRuntime;
  readonly wire: FakeWire;
}

/** An engine whose clients, servers and clock are the test's. */
export class ProxyBed {
  readonly engine: ProxyEngine;
  readonly ended: Stream[] = [];
  /** Connections to servers, in the order in which they were asked for. */
  readonly opened: Opened[] = [];
  readonly #deadlines = new Deadlines();
  now = 1000;

  constructor(configuration: ProxyConfiguration, makers: Partial<Makers> = {}) {
    this.engine = new ProxyEngine(
      configuration,
      { ...plainMakers(this.ended), ...makers },
      {
        deadlines: this.#deadlines,
        limits: HAPROXY_LIMITS,
        hostName: 'bed',
        now: () => this.now,
        random: () => 0.5,
        connect: (server) => {
          const wire = new FakeWire();
          this.opened.push({ server, wire });
          return wire;
        },
      },
    );
  }

  /** A client of the only frontend, or the one that is named. */
  connect(name?: string): FakeWire {
    const frontend = name === undefined ? [...this.engine.frontends.values()][0] : this.engine.frontends.get(name);
    if (frontend === undefined) throw new Error('there is no frontend');
    const wire = new FakeWire();
    const end = { address: '192.0.2.1', port: 4711 };
    const session: Session = {
      frontend,
      listener: this.engine.listener(frontend, { ...BIND }),
      from: end,
      to: end,
      source: end,
      destination: end,
      acceptedAt: this.now,
      handshakeMs: 0,
      proxied: false,
      tls: undefined,
      httpMajor: 1,
      tracked: [],
      variables: new Map(),
    };
    this.engine.accept(wire, session, this.now);
    return wire;
  }

  pass(milliseconds: number): void {
    const end = this.now + milliseconds;
    while (this.#deadlines.nextAt <= end) {
      this.now = Math.max(this.now, this.#deadlines.nextAt);
      this.#deadlines.run(this.now);
    }
    this.now = end;
  }

  /** The newest connection to a server, which stands from now on. */
  arrive(): FakeWire {
    const { wire } = this.opened.at(-1) as Opened;
    wire.user.connected(this.now);
    return wire;
  }

  refuse(): void {
    const { wire } = this.opened.at(-1) as Opened;
    wire.user.failed({ code: 'ECONNREFUSED' }, this.now);
  }
}

const BIND = {
  endpoints: [],
  acceptProxy: false,
  deferAccept: false,
  transparent: false,
} as const;
