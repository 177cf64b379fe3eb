import type { VrrpAction } from './action.ts';
import { addressesOf, type VirtualAddress, type VrrpInstanceConfiguration } from './configuration.ts';

interface Paced {
  readonly at: number;
  readonly address: VirtualAddress;
}

/** A weaker master may send a hundred adverts a second; the neighbours hear of it no more often than this. */
const answerAtMostEveryMs = 1000;

/**
 * When the neighbours of one master are told where its addresses are: at the take-over, once more after a while, from
 * time to time, and whenever another master was heard. Bursts go out at once, or one by one where the file asks for that.
 */
export class Announcer {
  #configuration: VrrpInstanceConfiguration;
  #secondAt = Infinity;
  #afterRivalAt = Infinity;
  #refreshAt = Infinity;
  #answeredAt = -Infinity;
  #queue: Paced[] = [];

  constructor(configuration: VrrpInstanceConfiguration) {
    this.#configuration = configuration;
  }

  get nextTimeoutAt(): number {
    return Math.min(this.#secondAt, this.#afterRivalAt, this.#refreshAt, this.#queue[0]?.at ?? Infinity);
  }

  /** The instance has become master. */
  start(now: number): VrrpAction[] {
    const { repeat, delayMs, refreshMs } = this.#configuration.gratuitousArp;
    this.stop();
    if (delayMs > 0) this.#secondAt = now + delayMs;
    if (refreshMs > 0) this.#refreshAt = now + refreshMs;
    return this.announce(addressesOf(this.#configuration), repeat, now);
  }

  stop(): void {
    this.#secondAt = this.#afterRivalAt = this.#refreshAt = Infinity;
    this.#answeredAt = -Infinity;
    this.#queue = [];
  }

  /** A weaker master was heard; its announcements may have been the last that the neighbours saw. */
  answerRival(now: number): VrrpAction[] {
    const { lowerPriorityRepeat, repeat, lowerPriorityDelayMs, delayMs } = this.#configuration.gratuitousArp;
    const times = lowerPriorityRepeat ?? repeat;
    if (times === 0) return [];
    const again = lowerPriorityDelayMs ?? delayMs;
    // Counted from the last one heard: by then it has surely left.
    if (again > 0) this.#afterRivalAt = now + again;
    if (now - this.#answeredAt < answerAtMostEveryMs) return [];
    this.#answeredAt = now;
    return this.announce(addressesOf(this.#configuration), times, now);
  }

  tick(now: number): VrrpAction[] {
    const { repeat, refreshMs, refreshRepeat, lowerPriorityRepeat } = this.#configuration.gratuitousArp;
    const all = addressesOf(this.#configuration);
    const actions = this.#due(now);
    if (now >= this.#secondAt) {
      this.#secondAt = Infinity;
      actions.push(...this.announce(all, repeat, now));
    }
    if (now >= this.#afterRivalAt) {
      this.#afterRivalAt = Infinity;
      actions.push(...this.announce(all, lowerPriorityRepeat ?? repeat, now));
    }
    if (now >= this.#refreshAt) {
      this.#refreshAt = now + refreshMs;
      actions.push(...this.announce(all, refreshRepeat, now));
    }
    return actions;
  }

  reconfigure(next: VrrpInstanceConfiguration, now: number, master: boolean): void {
    const { refreshMs } = next.gratuitousArp;
    if (master && refreshMs !== this.#configuration.gratuitousArp.refreshMs)
      this.#refreshAt = refreshMs > 0 ? now + refreshMs : Infinity;
    this.#configuration = next;
  }

  announce(addresses: readonly VirtualAddress[], repeat: number, now: number): VrrpAction[] {
    if (addresses.length === 0 || repeat === 0) return [];
    const { intervalMs = 0, neighbourIntervalMs = 0 } = this.#configuration.gratuitousArp;
    const paceOf = ({ address }: VirtualAddress): number => (address.includes(':') ? neighbourIntervalMs : intervalMs);
    const atOnce = addresses.filter((address) => paceOf(address) === 0);
    const paced = addresses.filter((address) => paceOf(address) > 0);
    for (let round = 0; round < repeat; round++)
      for (const address of paced) {
        const last = this.#queue.at(-1)?.at ?? now - paceOf(address);
        this.#queue.push({ at: Math.max(now, last + paceOf(address)), address });
      }
    const burst: VrrpAction[] = atOnce.length > 0 ? [this.#action(atOnce, repeat)] : [];
    return [...burst, ...this.#due(now)];
  }

  #due(now: number): VrrpAction[] {
    const due = this.#queue.filter(({ at }) => at <= now);
    this.#queue = this.#queue.slice(due.length);
    return due.map(({ address }) => this.#action([address], 1));
  }

  #action(addresses: readonly VirtualAddress[], repeat: number): VrrpAction {
    return { type: 'gratuitous-arp', instance: this.#configuration.name, addresses, repeat };
  }
}
