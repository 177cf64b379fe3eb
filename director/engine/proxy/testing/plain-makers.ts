import { fromLatin1 } from '../../http/octets.ts';
import type { Makers } from '../proxy-engine.ts';
import type { BackendRuntime } from '../runtime/backend-runtime.ts';
import type { Assignment, Dispatcher, RuleLists, Waiting } from '../runtime/collaborators.ts';
import type { ServerRuntime } from '../runtime/server-runtime.ts';
import { PASS, type Verdict } from '../runtime/verdict.ts';
import type { Stream } from '../runtime/stream.ts';

const nothing = { empty: true, run: (): Verdict => PASS };

export const noRules: RuleLists = {
  tcpConnection: nothing,
  tcpSession: nothing,
  tcpContent: nothing,
  tcpResponse: nothing,
  request: nothing,
  response: nothing,
  afterResponse: nothing,
  chooseBackend: () => undefined,
  chooseServer: () => undefined,
  persistence: () => 'normal',
  monitorFails: () => false,
};

/** One server after another; each failure is tried again, so often. */
class Turns implements Dispatcher {
  readonly #backend: BackendRuntime;
  #next = 0;
  #retries = new Map<Waiting, number>();

  constructor(backend: BackendRuntime) {
    this.#backend = backend;
  }

  assign(): Assignment {
    const servers = this.#backend.servers.filter(({ usable }) => usable);
    const server = servers[this.#next++ % servers.length];
    return server === undefined ? { kind: 'none' } : this.#take(server);
  }

  retry(waiting: Waiting): Assignment {
    const done = this.#retries.get(waiting) ?? 0;
    this.#retries.set(waiting, done + 1);
    const { server } = waiting.stream;
    if (server !== undefined) server.current--;
    if (done >= this.#backend.back.retries || server === undefined) return { kind: 'none' };
    return this.#take(server);
  }

  resume(waiting: Waiting): Assignment {
    return this.retry(waiting);
  }

  leave(): void {
    // Nobody waits.
  }

  release(server: ServerRuntime): void {
    server.current--;
  }

  #take(server: ServerRuntime): Assignment {
    server.current++;
    return { kind: 'given', server };
  }
}

/** Proxies without rules, cookies, pages; whose streams' ends are noted down. */
export function plainMakers(ended: Stream[]): Makers {
  return {
    rules: (proxy) => ({
      ...noRules,
      chooseBackend: () => (proxy.kind === 'frontend' ? proxy.front.defaultBackend : proxy.name),
    }),
    errors: () => ({
      reply: (status) => ({
        status,
        octets: fromLatin1(`HTTP/1.1 ${status} Sorry\r\ncontent-length: 3\r\n\r\n${status}`),
        keeps: true,
      }),
    }),
    page: () => undefined,
    logger: () => ({ stream: (stream) => void ended.push(stream), connection: () => undefined }),
    dispatcher: (back) => new Turns(back),
    cookies: () => undefined,
    sticking: () => undefined,
    table: () => undefined,
  };
}
