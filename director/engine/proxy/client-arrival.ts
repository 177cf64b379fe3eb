import { Sleeper } from './exchange/deadlines.ts';
import { readProxyHeader } from './proxy-protocol/read-header.ts';
import type { Session, SocketAddress } from './runtime/session.ts';
import type { Wire, WireUser } from './wire.ts';

/** HAProxy gives a PROXY header as long as it gives the rest of a handshake: `timeout client`. */
export interface ArrivalTimes {
  readonly limitMs: number;
  setAlarm(sleeper: Sleeper, at: number): void;
}

export interface ProxiedEnds {
  readonly source: SocketAddress;
  readonly destination: SocketAddress;
}

/** A connection that begins with a PROXY header (`accept-proxy`): nothing else is looked at before it is whole. */
export class ClientArrival extends Sleeper implements WireUser {
  readonly #wire: Wire;
  readonly #onArrival: (ends: ProxiedEnds | undefined, now: number) => void;
  readonly #onGone: () => void;
  readonly #times: ArrivalTimes;

  constructor(
    wire: Wire,
    times: ArrivalTimes,
    now: number,
    [onArrival, onGone]: readonly [(ends: ProxiedEnds | undefined, now: number) => void, () => void],
  ) {
    super();
    this.#wire = wire;
    this.#times = times;
    this.#onArrival = onArrival;
    this.#onGone = onGone;
    wire.user = this;
    times.setAlarm(this, now + times.limitMs);
  }

  connected(): void {
    // Whoever was accepted is connected.
  }

  drained(): void {
    // Nothing is sent before.
  }

  moved(): void {
    // Nothing here remembers a place.
  }

  received(now: number): void {
    const { inbox } = this.#wire;
    const header = readProxyHeader(inbox.buffer, inbox.from, inbox.to);
    if (header === 'refused' || (header === 'more' && inbox.ended)) this.wake();
    else if (header !== 'more') {
      inbox.from = header.at;
      this.#times.setAlarm(this, Infinity);
      this.#onArrival(header.ends, now);
    }
  }

  failed(): void {
    this.wake();
  }

  override wake(): void {
    this.#times.setAlarm(this, Infinity);
    this.#wire.abort();
    this.#onGone();
  }
}

/** A session whose ends are its connection's. */
export function newSession(
  facts: Pick<Session, 'frontend' | 'listener' | 'from' | 'acceptedAt' | 'tls' | 'httpMajor'>,
  to: () => SocketAddress,
): Session {
  let destination: SocketAddress | undefined;
  let own: SocketAddress | undefined;
  return {
    ...facts,
    get to() {
      return (own ??= to());
    },
    source: facts.from,
    get destination() {
      return (destination ??= this.to);
    },
    set destination(address: SocketAddress) {
      destination = address;
    },
    handshakeMs: 0,
    proxied: false,
    tracked: [],
    variables: new Map(),
  };
}
