import type { ProxyConfiguration } from '../../engine/proxy/configuration.ts';
import type { Makers, ProxyEngine } from '../../engine/proxy/proxy-engine.ts';
import { ListeningSockets } from './listening-sockets.ts';
import { ProxyServer, steadyNow } from './proxy-server.ts';
import { SocketLoop } from './socket-loop.ts';

/** How often it is looked whether an old configuration has clients left. */
const DRAIN_LOOK_MS = 250;

/**
 * Layer 7 of this process: one configuration at a time takes new clients, and those before it keep theirs until they leave (a reload
 * hands the listening sockets over, so that nobody is turned away).
 */
export class ProxyService {
  readonly #makers: (configuration: ProxyConfiguration) => Makers;
  readonly #sockets = new ListeningSockets();
  readonly #draining = new Set<ProxyServer>();
  #loop: SocketLoop | undefined;
  #server: ProxyServer | undefined;

  constructor(makers: (configuration: ProxyConfiguration) => Makers) {
    this.#makers = makers;
  }

  /** The one that takes clients. */
  get engine(): ProxyEngine | undefined {
    return this.#server?.engine;
  }

  /** Those of configurations before, with clients left. */
  get drainingEngines(): ProxyEngine[] {
    return [...this.#draining].map(({ engine }) => engine);
  }

  get loop(): SocketLoop | undefined {
    return this.#loop;
  }

  /**
   * undefined: nothing is served any more. Rejects with DirectorError, and changes nothing, when a socket cannot be had or a certificate
   * cannot be read.
   */
  async configure(configuration: ProxyConfiguration | undefined): Promise<void> {
    const next = configuration && new ProxyServer(configuration, this.#makers(configuration), this.#open());
    await next?.prepare();
    const before = this.#server;
    this.#takePlaces(next);
    next?.listen(this.#sockets);
    this.#server = next;
    this.#close(new Set(next?.places.map(({ name }) => name)));
    if (before !== undefined) this.#drain(before);
  }

  /** Everything ends at once. */
  stop(): void {
    this.#close(new Set());
    for (const server of [...this.#draining, ...(this.#server ? [this.#server] : [])]) server.stop();
    this.#draining.clear();
    this.#server = undefined;
    this.#loop?.stop();
    this.#loop = undefined;
  }

  #open(): SocketLoop {
    if (this.#loop === undefined) {
      this.#loop = new SocketLoop(steadyNow);
      this.#loop.start();
    }
    return this.#loop;
  }

  /** All or none: what was opened before one that cannot be had is closed again. */
  #takePlaces(next: ProxyServer | undefined): void {
    const places = next?.places ?? [];
    const before = new Set([...(this.#server?.places ?? [])].map(({ name }) => name));
    try {
      for (const place of places) this.#sockets.take(place);
    } catch (error) {
      this.#close(before);
      throw error;
    }
  }

  #close(names: ReadonlySet<string>): void {
    for (const fd of this.#sockets.keepOnly(names)) this.#loop?.unwatch(fd);
  }

  #drain(server: ProxyServer): void {
    server.drain();
    this.#draining.add(server);
    const look = setInterval(() => {
      if (server.busy && this.#draining.has(server)) return;
      clearInterval(look);
      this.#draining.delete(server);
    }, DRAIN_LOOK_MS);
    look.unref();
  }
}
