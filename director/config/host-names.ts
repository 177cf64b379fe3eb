/** Names of hosts and ports become numbers: as the C library has them, when a machine may be asked. Synchronous, as parsers are. */
export interface HostNames {
  /** The first address of that family. */
  hostAddress(name: string, family: 4 | 6): string | undefined;
  servicePort(name: string, protocol: 'TCP' | 'UDP'): number | undefined;
}

/** The same for those who cannot wait. */
export interface LaterHostNames {
  hostAddress(name: string, family: 4 | 6): Promise<string | undefined>;
  servicePort(name: string, protocol: 'TCP' | 'UDP'): Promise<number | undefined>;
}

/** So many names are asked for at once. */
const mostAtOnce = 8;

/**
 * Names for a parser that is run again once they are known: what is not known yet is noted and given as unknown. Nobody else has to wait
 * for a slow name server in that way.
 */
export class GatheredNames implements HostNames {
  readonly #source: LaterHostNames;
  readonly #known = new Map<string, string | number | undefined>();
  readonly #asked = new Map<string, () => Promise<string | number | undefined>>();

  constructor(source: LaterHostNames) {
    this.#source = source;
  }

  /** Whether a name was asked for that is not known, so that what was read with it is not to be used. */
  get isWaiting(): boolean {
    return this.#asked.size > 0;
  }

  hostAddress(name: string, family: 4 | 6 = 4): string | undefined {
    const found = this.#find(`host ${family} ${name}`, () => this.#source.hostAddress(name, family));
    return typeof found === 'string' ? found : undefined;
  }

  servicePort(name: string, protocol: 'TCP' | 'UDP'): number | undefined {
    const found = this.#find(`port ${protocol} ${name}`, () => this.#source.servicePort(name, protocol));
    return typeof found === 'number' ? found : undefined;
  }

  /** Learns what was asked for. */
  async gather(): Promise<void> {
    const questions = [...this.#asked];
    this.#asked.clear();
    const ask = async (): Promise<void> => {
      for (let next = questions.shift(); next; next = questions.shift()) this.#known.set(next[0], await next[1]());
    };
    await Promise.all(Array.from({ length: mostAtOnce }, ask));
  }

  #find(key: string, ask: () => Promise<string | number | undefined>): string | number | undefined {
    if (!this.#known.has(key)) this.#asked.set(key, ask);
    return this.#known.get(key);
  }
}
