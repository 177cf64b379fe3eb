import type { Family } from '../../engine/address.ts';
import type { VrrpAction } from '../../engine/vrrp/action.ts';
import { AdvertReceiver, AdvertSender } from './advert-socket.ts';

/** What is spoken on one interface in one family. */
export interface Wanted {
  readonly device: string;
  readonly index: number;
  readonly family: Family;
  /** Multicast groups; none when all is unicast. */
  readonly groups: readonly string[];
}

interface Pair {
  readonly wanted: Wanted;
  readonly receiver: AdvertReceiver;
  readonly sender: AdvertSender;
}

/** The sockets of the VRRP thread: one to hear and one to speak for each interface and family. */
export class AdvertSockets {
  readonly #pairs = new Map<string, Pair>();

  get receivers(): { device: string; receiver: AdvertReceiver }[] {
    return [...this.#pairs.values()].map(({ wanted: { device }, receiver }) => ({ device, receiver }));
  }

  /** Opens what is missing. An interface that was removed and made again has another index, and gets new sockets. */
  open(all: readonly Wanted[]): void {
    for (const wanted of all) {
      const present = this.#pairs.get(keyOf(wanted));
      if (present && isSame(present.wanted, wanted)) continue;
      this.#close(keyOf(wanted));
      const { device, index, family, groups } = wanted;
      const sender = new AdvertSender(device, index, family);
      const receiver = new AdvertReceiver(device, index, family, groups);
      this.#pairs.set(keyOf(wanted), { wanted, receiver, sender });
    }
  }

  /** Closes all others. */
  keep(all: readonly Wanted[]): void {
    const kept = new Set(all.map(keyOf));
    for (const key of [...this.#pairs.keys()]) if (!kept.has(key)) this.#close(key);
  }

  /** False when there is no socket for the interface. */
  send(advert: Extract<VrrpAction, { type: 'send-advert' }>): boolean {
    const family = advert.source.includes(':') ? 6 : 4;
    const pair = this.#pairs.get(`${advert.interface} ${family}`);
    pair?.sender.send(advert);
    return pair !== undefined;
  }

  close(): void {
    this.keep([]);
  }

  #close(key: string): void {
    const pair = this.#pairs.get(key);
    pair?.receiver.close();
    pair?.sender.close();
    this.#pairs.delete(key);
  }
}

function keyOf({ device, family }: Wanted): string {
  return `${device} ${family}`;
}

function isSame(left: Wanted, right: Wanted): boolean {
  return left.index === right.index && left.groups.join() === right.groups.join();
}
