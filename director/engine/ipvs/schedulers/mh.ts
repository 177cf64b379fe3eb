import type { Flow } from '../flow.ts';
import type { Reasoning, Scheduler, SchedulerContext } from '../scheduler.ts';
import type { Destination, VirtualService } from '../service.ts';
import { candidateByWeight } from './candidates.ts';
import { greatestCommonDivisor } from './gcd.ts';
import { hsiphash } from './hsiphash.ts';
import { foldAddress, foldClient } from './overhead.ts';

/** With CONFIG_IP_VS_MH_TAB_INDEX=12, the kernel's default: a prime, and how many bits of weight it has room for. */
const SLOTS = 4093;
const WEIGHT_BITS = 6;
const FIRST_KEY = 2654435761;
const SECOND_KEY = 2654446892;

/**
 * ip_vs_mh.c: Google's Maglev hashing: every server has a permutation of the slots of its own, and they take turns until all
 * are taken, so that a change moves few clients. The last weight above 0 counts: quiescing moves only who must.
 */
export class MaglevHashing implements Scheduler {
  readonly name = 'mh';
  private readonly service: VirtualService;
  private slots: (Destination | undefined)[] = [];

  constructor({ service }: SchedulerContext) {
    this.service = service;
    this.fill();
  }

  added(): void {
    this.fill();
  }

  removed(): void {
    this.fill();
  }

  updated(): void {
    this.fill();
  }

  private fill(): void {
    const { destinations } = this.service;
    const weights = destinations.map(({ lastWeight }) => lastWeight);
    const divisor = greatestCommonDivisor(weights);
    this.slots = new Array<undefined>(SLOTS).fill(undefined);
    if (divisor === 0) return;
    const occupied = 32 - Math.clz32(Math.floor(Math.max(...weights) / divisor));
    const shift = Math.max(0, occupied - WEIGHT_BITS);
    const players = destinations
      .filter(({ lastWeight }) => lastWeight > 0)
      .map((one) => new Player(one, Math.floor(one.lastWeight / divisor) >>> shift || 1));
    let left = SLOTS;
    for (;;)
      for (const player of players)
        for (let turn = 0; turn < player.turns; turn++) {
          player.take(this.slots);
          if (--left === 0) return;
        }
  }

  schedule(flow: Flow): Destination | undefined {
    const client = this.clientOf(flow);
    const first = hsiphash(client, FIRST_KEY) % SLOTS;
    const owner = this.slots[first];
    if (owner === undefined || owner.eligible) return owner;
    if (!this.service.schedulerFlags.has('mh-fallback')) return undefined;
    for (let offset = 0; offset < SLOTS; offset++) {
      const other = this.slots[hsiphash((client + ((offset + first) % SLOTS)) >>> 0, FIRST_KEY) % SLOTS];
      if (other?.eligible) return other;
    }
    return undefined;
  }

  private clientOf(flow: Flow): number {
    const port = this.service.schedulerFlags.has('mh-port') ? flow.sourcePort : 0;
    return (port + foldClient(flow)) >>> 0;
  }

  explain(flow: Flow): Reasoning {
    const slot = hsiphash(this.clientOf(flow), FIRST_KEY) % SLOTS;
    const owner = this.slots[slot];
    return {
      picked: this.schedule(flow),
      rule: `The client falls into slot ${slot} of ${SLOTS}${this.fallbackNote(owner)}.`,
      candidates: this.service.destinations.map((one) => {
        const slots = this.slots.filter((other) => other === one).length;
        return candidateByWeight(one, { lastWeight: one.lastWeight, slots, owns: one === owner ? 1 : 0 });
      }),
    };
  }

  private fallbackNote(owner: Destination | undefined): string {
    if (owner === undefined || owner.eligible) return '';
    return this.service.schedulerFlags.has('mh-fallback')
      ? ', whose server takes no connections: other slots are tried'
      : ', whose server takes no connections, and mh-fallback is off';
  }
}

/** A server with its permutation of the slots. */
class Player {
  readonly turns: number;
  private readonly destination: Destination;
  private readonly skip: number;
  private next: number;

  constructor(destination: Destination, turns: number) {
    this.destination = destination;
    this.turns = turns;
    const own = (destination.port + foldAddress(destination.address.words)) >>> 0;
    this.next = hsiphash(own, FIRST_KEY) % SLOTS;
    this.skip = (hsiphash(own, SECOND_KEY) % (SLOTS - 1)) + 1;
  }

  /** The next slot of its permutation that is free. */
  take(slots: (Destination | undefined)[]): void {
    while (slots[this.next] !== undefined) this.next = (this.next + this.skip) % SLOTS;
    slots[this.next] = this.destination;
  }
}
