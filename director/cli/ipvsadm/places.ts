import type { OptionKind } from './legality.ts';
import type { Tag } from './options.ts';

/** A place on a command line: which of its elements, and how many letters into it. */
export interface ArgumentPlace {
  readonly index: number;
  readonly offset: number;
}

/** Kinds that several options share. */
const sharedKinds: Partial<Record<Tag, OptionKind>> = {
  'tcp-service': 'service-address',
  'udp-service': 'service-address',
  'sctp-service': 'service-address',
  'fwmark-service': 'service-address',
  masquerading: 'forwarding-method',
  gatewaying: 'forwarding-method',
  ipip: 'forwarding-method',
};

/** Where the options of one command line stand: their values, or themselves when they take none. */
export class ArgumentPlaces {
  readonly #places = new Map<string, ArgumentPlace>();
  #current: { readonly kind: string; readonly place: ArgumentPlace } | undefined;

  /** `tag`: undefined for what is no option. */
  reached(tag: Tag | undefined, place: ArgumentPlace): void {
    const kind = tag === undefined ? '' : (sharedKinds[tag] ?? tag);
    this.#current = { kind, place };
    this.#places.set(kind, place);
  }

  /** All options are read: what is wrong now is wrong with the line. */
  ended(): void {
    this.#current = undefined;
  }

  /** What was being read, undefined after the last option. */
  get current(): { readonly kind: string; readonly place: ArgumentPlace } | undefined {
    return this.#current;
  }

  of(kind: OptionKind): ArgumentPlace | undefined {
    return this.#places.get(kind);
  }
}
