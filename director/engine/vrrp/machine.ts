import type { VrrpState } from '../../api/snapshot.ts';
import { assertNever } from '../assert-never.ts';
import type { VrrpAction } from './action.ts';
import { advertActions } from './advert-actions.ts';
import { Announcer } from './announcer.ts';
import { addressesOf, compareAddresses, without, type VrrpInstanceConfiguration } from './configuration.ts';
import type { ReceivedAdvert } from './receive.ts';
import { firstMasterDownInterval, masterDownInterval, skewTime } from './timers.ts';

/**
 * One VRRP instance. It decides by itself what it wants; its sync group (group.ts) decides when that happens.
 *
 *             nothing in the way        silence, and the whole group wants
 *    INIT ───────────────────► BACKUP ─────────────────────────────────────► MASTER
 *      │                        ▲   ▲                                          │
 *      │ interface down         │   └──────────────────────────────────────────┘
 *      ▼                        │      a better one is heard by any of the group
 *    FAULT ─────────────────────┘
 *      ▲  all is well in the whole group
 *      └──── from BACKUP and MASTER: an interface, script or file of any of the group fails
 *
 * Times are milliseconds of one monotonic clock.
 */
type State =
  | { readonly name: 'INIT' }
  | { readonly name: 'FAULT' }
  | {
      readonly name: 'BACKUP';
      /** Infinity once it has passed and the group is not ready yet. */
      readonly masterDownAt: number;
      readonly wantsMaster: boolean;
      /** While a weaker master is tolerated because of preempt_delay. */
      readonly preemptAt?: number;
    }
  | { readonly name: 'MASTER'; readonly advertAt: number };
type Backup = Extract<State, { name: 'BACKUP' }>;
type Master = Extract<State, { name: 'MASTER' }>;

/** What the instance would like its group to do, and why. */
export type Wish = { readonly to: 'MASTER' } | { readonly to: 'BACKUP'; readonly reason: string };

export interface Outcome {
  readonly actions: readonly VrrpAction[];
  readonly wish?: Wish;
}

interface Heard {
  readonly source: string;
  readonly priority: number;
  readonly at: number;
}

const nothing: Outcome = { actions: [] };

export class VrrpMachine {
  #configuration: VrrpInstanceConfiguration;
  #state: State = { name: 'INIT' };
  #since: number;
  #address: string | undefined;
  /** The configured one and the weights of what is tracked. */
  #priority: number;
  /** Another owner of the addresses was heard, and ours has given way. */
  #steppedDown = false;
  /** Version 3 learns the master's interval from its adverts (RFC 9568 section 6.1, Active_Adver_Interval). */
  #masterIntervalMs: number;
  #heard: Heard | undefined;
  readonly #announcer: Announcer;

  constructor(configuration: VrrpInstanceConfiguration, now: number) {
    this.#configuration = configuration;
    this.#priority = configuration.priority;
    this.#masterIntervalMs = configuration.advertIntervalMs;
    this.#announcer = new Announcer(configuration);
    this.#since = now;
  }

  get configuration(): VrrpInstanceConfiguration {
    return this.#configuration;
  }
  get state(): VrrpState {
    return this.#state.name;
  }
  get since(): number {
    return this.#since;
  }
  /** The address that adverts come from, while there is one. */
  get address(): string | undefined {
    return this.#address;
  }
  get priority(): number {
    return this.#priority;
  }
  get masterAddress(): string | undefined {
    return this.#heard?.source;
  }
  get wantsMaster(): boolean {
    return this.#state.name === 'BACKUP' && this.#state.wantsMaster;
  }

  get nextTimeoutAt(): number {
    const state = this.#state;
    if (state.name === 'BACKUP') return state.masterDownAt;
    if (state.name === 'MASTER') return Math.min(state.advertAt, this.#announcer.nextTimeoutAt);
    return Infinity;
  }

  /** The address to speak from came (or changed), or went (undefined). */
  setAddress(address: string | undefined): void {
    this.#address = address;
  }

  /** What is tracked has changed the priority; a backup's timer moves by the difference of the skews. */
  setPriority(wanted: number): VrrpAction[] {
    const before = this.#priority;
    const priority = this.#steppedDown ? Math.min(wanted, 254) : wanted;
    if (priority === before) return [];
    const wait = this.#masterDownInterval();
    this.#priority = priority;
    if (this.#state.name === 'BACKUP')
      this.#state = { ...this.#state, masterDownAt: this.#state.masterDownAt + this.#masterDownInterval() - wait };
    const message = `${this.#configuration.name}: priority ${before} → ${priority}`;
    return [{ type: 'log', level: 'info', message }];
  }

  tick(now: number): Outcome {
    const state = this.#state;
    switch (state.name) {
      case 'INIT':
      case 'FAULT':
        return nothing;
      case 'BACKUP':
        return this.#tickBackup(state, now);
      case 'MASTER':
        return this.#tickMaster(state, now);
      default:
        return assertNever(state);
    }
  }

  /** An advertisement that passed all receive checks. */
  hear(received: ReceivedAdvert, now: number): Outcome {
    const state = this.#state;
    this.#heard = { source: received.source, priority: received.advert.priority, at: now };
    switch (state.name) {
      case 'INIT':
      case 'FAULT':
        return nothing;
      case 'BACKUP':
        return this.#hearBackup(state, received, now);
      case 'MASTER':
        return this.#hearMaster(state, received, now);
      default:
        return assertNever(state);
    }
  }

  #tickBackup(state: Backup, now: number): Outcome {
    if (now < state.masterDownAt) return nothing;
    this.#state = { ...state, masterDownAt: Infinity, wantsMaster: true };
    return { actions: [], wish: { to: 'MASTER' } };
  }

  #tickMaster(state: Master, now: number): Outcome {
    const { advertIntervalMs } = this.#configuration;
    const actions: VrrpAction[] = [];
    if (now >= state.advertAt) {
      actions.push(...this.#advert());
      // From the time it was due, so that lateness does not add up; unless whole intervals were lost.
      const next = state.advertAt + advertIntervalMs;
      this.#state = { name: 'MASTER', advertAt: next > now ? next : now + advertIntervalMs };
    }
    actions.push(...this.#announcer.tick(now));
    return { actions };
  }

  /** RFC 9568 section 6.4.2. */
  #hearBackup(state: Backup, { advert }: ReceivedAdvert, now: number): Outcome {
    const { preempt, preemptDelayMs, version } = this.#configuration;
    if (advert.priority === 0) {
      const masterDownAt = now + skewTime(this.#timers(), this.#masterIntervalMs);
      this.#state = { ...state, masterDownAt: Math.min(state.masterDownAt, masterDownAt) };
      return nothing;
    }
    const weaker = preempt && advert.priority < this.#priority;
    if (weaker && preemptDelayMs === 0) return nothing;
    const preemptAt = weaker ? (state.preemptAt ?? now + preemptDelayMs) : undefined;
    // The delay is over: let the timer run out, as against any weaker master.
    if (preemptAt !== undefined && now >= preemptAt) return nothing;
    if (version === 3) this.#masterIntervalMs = advert.advertIntervalMs;
    this.#state = {
      name: 'BACKUP',
      masterDownAt: now + this.#masterDownInterval(),
      wantsMaster: false,
      ...(preemptAt === undefined ? {} : { preemptAt }),
    };
    return nothing;
  }

  /** RFC 9568 section 6.4.3; a weaker master is answered at once, and the neighbours are told again whom to ask. */
  #hearMaster(state: Master, received: ReceivedAdvert, now: number): Outcome {
    const { advert, source } = received;
    const { version, advertIntervalMs, higherPrioritySendAdvert } = this.#configuration;
    if (advert.priority === 0) {
      this.#state = { ...state, advertAt: now + advertIntervalMs };
      return { actions: this.#advert() };
    }
    const conflict = this.#twoOwners(received);
    if (!this.#isBetter(advert.priority, source))
      return { actions: [...conflict, ...this.#answerRival(state, received, now)] };
    const own = this.#priority;
    if (version === 3) this.#masterIntervalMs = advert.advertIntervalMs;
    const reason = `${source} is master with priority ${advert.priority}, ours is ${own}`;
    const last = higherPrioritySendAdvert === true ? this.#advert() : [];
    return { actions: [...conflict, ...last], wish: { to: 'BACKUP', reason } };
  }

  /** Two owners of one address are a fault of the files: as keepalived does, ours steps down to 254 and elects. */
  #twoOwners({ advert, source }: ReceivedAdvert): VrrpAction[] {
    if (advert.priority !== 255 || this.#priority !== 255) return [];
    const { name } = this.#configuration;
    this.#priority = 254;
    this.#steppedDown = true;
    const message = `${name}: ${source} owns the addresses too (priority 255 in both files): ours goes down to 254`;
    return [{ type: 'log', level: 'warn', message }];
  }

  #answerRival(state: Master, { advert, source }: ReceivedAdvert, now: number): VrrpAction[] {
    const { name, lowerPriorityNoAdvert, advertIntervalMs } = this.#configuration;
    const own = this.#priority;
    const actions: VrrpAction[] = [];
    if (!lowerPriorityNoAdvert) {
      this.#state = { ...state, advertAt: now + advertIntervalMs };
      actions.push(...this.#advert());
    }
    const message = `${name}: ${source} is master too with priority ${advert.priority}, ours is ${own}: announcing again`;
    return [
      ...actions,
      ...this.#announcer.answerRival(now),
      { type: 'second-master', instance: name, address: source, priority: advert.priority, ownPriority: own },
      { type: 'log', level: 'warn', message },
    ];
  }

  #isBetter(priority: number, source: string): boolean {
    const own = this.#priority;
    return priority > own || (priority === own && compareAddresses(source, this.#address ?? '') > 0);
  }

  enterMaster(now: number): VrrpAction[] {
    const { advertIntervalMs, name } = this.#configuration;
    const state = this.#transition('MASTER', now, this.#whyMaster(now));
    this.#state = { name: 'MASTER', advertAt: now + advertIntervalMs };
    const add: VrrpAction = { type: 'add-addresses', instance: name, addresses: addressesOf(this.#configuration) };
    return [...this.#advert(), state, add, ...this.#announcer.start(now)];
  }

  /** `first`: from INIT, where the file's `state` shortens the wait. */
  enterBackup(now: number, reason: string, first = false): VrrpAction[] {
    const actions = [...this.#leaveMaster(), this.#transition('BACKUP', now, reason)];
    if (first) this.#masterIntervalMs = this.#configuration.advertIntervalMs;
    const wait = first
      ? firstMasterDownInterval({ ...this.#configuration, priority: this.#priority })
      : this.#masterDownInterval();
    this.#state = { name: 'BACKUP', masterDownAt: now + wait, wantsMaster: false };
    return actions;
  }

  enterFault(now: number, reason: string): VrrpAction[] {
    const actions = [...this.#resign(), ...this.#leaveMaster(), this.#transition('FAULT', now, reason)];
    this.#state = { name: 'FAULT' };
    return actions;
  }

  /** Back to INIT; a master says with priority 0 that it goes, so that nobody waits for it to be missed. */
  stop(now: number, reason: string): VrrpAction[] {
    const actions = [...this.#resign(), ...this.#leaveMaster(), this.#transition('INIT', now, reason)];
    this.#state = { name: 'INIT' };
    return actions;
  }

  /** New settings for the same virtual router: the state stays, addresses come and go by difference. */
  reconfigure(next: VrrpInstanceConfiguration, now: number): VrrpAction[] {
    const old = this.#configuration;
    const wait = this.#masterDownInterval();
    this.#configuration = next;
    if (next.priority !== old.priority) {
      this.#steppedDown = false;
      const moved = Math.max(this.#priority + next.priority - old.priority, 1);
      this.#priority = Math.min(moved, next.priority === 255 ? 255 : 254);
    }
    if (next.version === 2) this.#masterIntervalMs = next.advertIntervalMs;
    this.#announcer.reconfigure(next, now, this.#state.name === 'MASTER');
    if (this.#state.name === 'BACKUP')
      this.#state = { ...this.#state, masterDownAt: this.#state.masterDownAt + this.#masterDownInterval() - wait };
    if (this.#state.name !== 'MASTER') return [];
    this.#state = { name: 'MASTER', advertAt: now + next.advertIntervalMs };
    const gone = without(addressesOf(old), addressesOf(next));
    const added = without(addressesOf(next), addressesOf(old));
    const actions = this.#advert();
    if (gone.length > 0) actions.push({ type: 'remove-addresses', instance: next.name, addresses: gone });
    if (added.length > 0)
      actions.push(
        { type: 'add-addresses', instance: next.name, addresses: added },
        ...this.#announcer.announce(added, next.gratuitousArp.repeat, now),
      );
    return actions;
  }

  #timers() {
    return { ...this.#configuration, priority: this.#priority };
  }

  #masterDownInterval(): number {
    return masterDownInterval(this.#timers(), this.#masterIntervalMs);
  }

  #resign(): VrrpAction[] {
    return this.#state.name === 'MASTER' ? this.#advert(0) : [];
  }

  #leaveMaster(): VrrpAction[] {
    if (this.#state.name !== 'MASTER') return [];
    this.#announcer.stop();
    const { name } = this.#configuration;
    return [{ type: 'remove-addresses', instance: name, addresses: addressesOf(this.#configuration) }];
  }

  #transition(to: VrrpState, now: number, reason: string): VrrpAction {
    const { name, vrid } = this.#configuration;
    const from = this.#state.name;
    if (from !== to) this.#since = now;
    return { type: 'state', instance: name, vrid, from, to, reason };
  }

  #advert(priority = this.#priority): VrrpAction[] {
    return this.#address === undefined ? [] : advertActions(this.#configuration, priority, this.#address);
  }

  #whyMaster(now: number): string {
    const heard = this.#heard;
    const priority = this.#priority;
    if (!heard) return 'nobody else was heard';
    if (heard.priority === 0) return `${heard.source} gave up`;
    const silence = now - heard.at;
    if (heard.priority < priority && silence <= this.#masterIntervalMs * 1.5)
      return `${heard.source} is master with priority ${heard.priority}, ours is ${priority}`;
    return `${heard.source} has been silent for ${Math.round(silence)} ms`;
  }
}
