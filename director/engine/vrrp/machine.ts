import type { VrrpState } from '../../api/snapshot.ts';
import { assertNever } from '../assert-never.ts';
import type { VrrpAction } from './action.ts';
import { ipv4ToNumber } from './addresses.ts';
import { encodeAdvert, passAuthentication, passwordBytes } from './advert.ts';
import type { VirtualAddress, VrrpInstanceConfiguration } from './configuration.ts';
import type { ReceivedAdvert } from './receive.ts';
import { firstMasterDownInterval, masterDownInterval, skewTime } from './timers.ts';

/**
 * One VRRP instance. It decides by itself what it wants; its sync group (group.ts) decides when that happens.
 *
 *             interface up              silence, and the whole group wants
 *    INIT ───────────────────► BACKUP ─────────────────────────────────────► MASTER
 *      │                        ▲   ▲                                          │
 *      │ interface down         │   └──────────────────────────────────────────┘
 *      ▼                        │      a better one is heard by any of the group
 *    FAULT ─────────────────────┘
 *      ▲  interfaces of the whole group up
 *      └──── from BACKUP and MASTER: interface of any of the group down
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
  | { readonly name: 'MASTER'; readonly advertAt: number; readonly burstAt: number; readonly refreshAt: number };
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
  /** Version 3 learns the master's interval from its adverts (RFC 9568 section 6.1, Active_Adver_Interval). */
  #masterIntervalMs: number;
  #heard: Heard | undefined;

  constructor(configuration: VrrpInstanceConfiguration, now: number) {
    this.#configuration = configuration;
    this.#masterIntervalMs = configuration.advertIntervalMs;
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
  /** Primary address of the interface while that is up. */
  get address(): string | undefined {
    return this.#address;
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
    if (state.name === 'MASTER') return Math.min(state.advertAt, state.burstAt, state.refreshAt);
    return Infinity;
  }

  /** The interface came up with this address, or went down (undefined). */
  setAddress(address: string | undefined): void {
    this.#address = address;
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
    const { advertIntervalMs, gratuitousArp } = this.#configuration;
    const actions: VrrpAction[] = [];
    let { advertAt, burstAt, refreshAt } = state;
    if (now >= advertAt) {
      actions.push(this.#advert(this.#configuration.priority));
      // From the time it was due, so that lateness does not add up; unless whole intervals were lost.
      const next = advertAt + advertIntervalMs;
      advertAt = next > now ? next : now + advertIntervalMs;
    }
    if (now >= burstAt) {
      actions.push(this.#gratuitousArp(gratuitousArp.repeat));
      burstAt = Infinity;
    }
    if (now >= refreshAt) {
      actions.push(this.#gratuitousArp(gratuitousArp.refreshRepeat));
      refreshAt = now + gratuitousArp.refreshMs;
    }
    this.#state = { name: 'MASTER', advertAt, burstAt, refreshAt };
    return { actions };
  }

  /** RFC 9568 section 6.4.2. */
  #hearBackup(state: Backup, { advert }: ReceivedAdvert, now: number): Outcome {
    const configuration = this.#configuration;
    if (advert.priority === 0) {
      const masterDownAt = now + skewTime(configuration, this.#masterIntervalMs);
      this.#state = { ...state, masterDownAt: Math.min(state.masterDownAt, masterDownAt) };
      return nothing;
    }
    const weaker = configuration.preempt && advert.priority < configuration.priority;
    if (weaker && configuration.preemptDelayMs === 0) return nothing;
    const preemptAt = weaker ? (state.preemptAt ?? now + configuration.preemptDelayMs) : undefined;
    // The delay is over: let the timer run out, as against any weaker master.
    if (preemptAt !== undefined && now >= preemptAt) return nothing;
    if (configuration.version === 3) this.#masterIntervalMs = advert.advertIntervalMs;
    this.#state = {
      name: 'BACKUP',
      masterDownAt: now + masterDownInterval(configuration, this.#masterIntervalMs),
      wantsMaster: false,
      ...(preemptAt === undefined ? {} : { preemptAt }),
    };
    return nothing;
  }

  /** RFC 9568 section 6.4.3; a weaker master is answered at once, and the neighbours are told again whom to ask. */
  #hearMaster(state: Master, { advert, source }: ReceivedAdvert, now: number): Outcome {
    const { name, priority, version, advertIntervalMs } = this.#configuration;
    if (advert.priority === 0 || !this.#isBetter(advert.priority, source)) {
      this.#state = { ...state, advertAt: now + advertIntervalMs };
      const actions: VrrpAction[] = [this.#advert(priority)];
      if (advert.priority === 0) return { actions };
      const message = `${name}: ${source} is master too with priority ${advert.priority}, ours is ${priority}: announcing again`;
      const log: VrrpAction = { type: 'log', level: 'warn', message };
      return { actions: [...actions, this.#gratuitousArp(this.#configuration.gratuitousArp.repeat), log] };
    }
    if (version === 3) this.#masterIntervalMs = advert.advertIntervalMs;
    const reason = `${source} is master with priority ${advert.priority}, ours is ${priority}`;
    return { actions: [], wish: { to: 'BACKUP', reason } };
  }

  #isBetter(priority: number, source: string): boolean {
    const own = this.#configuration.priority;
    return priority > own || (priority === own && ipv4ToNumber(source) > ipv4ToNumber(this.#address ?? '0.0.0.0'));
  }

  enterMaster(now: number): VrrpAction[] {
    const { advertIntervalMs, gratuitousArp, virtualAddresses, priority, name } = this.#configuration;
    const state = this.#transition('MASTER', now, this.#whyMaster(now));
    this.#state = {
      name: 'MASTER',
      advertAt: now + advertIntervalMs,
      burstAt: gratuitousArp.delayMs > 0 ? now + gratuitousArp.delayMs : Infinity,
      refreshAt: gratuitousArp.refreshMs > 0 ? now + gratuitousArp.refreshMs : Infinity,
    };
    const add: VrrpAction = { type: 'add-addresses', instance: name, addresses: virtualAddresses };
    return [this.#advert(priority), state, add, this.#gratuitousArp(gratuitousArp.repeat)];
  }

  /** `first`: from INIT, where the file's `state` shortens the wait. */
  enterBackup(now: number, reason: string, first = false): VrrpAction[] {
    const actions = [...this.#leaveMaster(), this.#transition('BACKUP', now, reason)];
    if (first) this.#masterIntervalMs = this.#configuration.advertIntervalMs;
    const wait = first
      ? firstMasterDownInterval(this.#configuration)
      : masterDownInterval(this.#configuration, this.#masterIntervalMs);
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
  reconfigure(next: VrrpInstanceConfiguration): VrrpAction[] {
    const old = this.#configuration;
    this.#configuration = next;
    if (next.version === 2) this.#masterIntervalMs = next.advertIntervalMs;
    if (this.#state.name !== 'MASTER') return [];
    const gone = without(old.virtualAddresses, next.virtualAddresses);
    const added = without(next.virtualAddresses, old.virtualAddresses);
    const actions: VrrpAction[] = [this.#advert(next.priority)];
    if (gone.length > 0) actions.push({ type: 'remove-addresses', instance: next.name, addresses: gone });
    if (added.length > 0)
      actions.push(
        { type: 'add-addresses', instance: next.name, addresses: added },
        { type: 'gratuitous-arp', instance: next.name, addresses: added, repeat: next.gratuitousArp.repeat },
      );
    return actions;
  }

  #resign(): VrrpAction[] {
    return this.#state.name === 'MASTER' && this.#address !== undefined ? [this.#advert(0)] : [];
  }

  #leaveMaster(): VrrpAction[] {
    if (this.#state.name !== 'MASTER') return [];
    const { name, virtualAddresses } = this.#configuration;
    return [{ type: 'remove-addresses', instance: name, addresses: virtualAddresses }];
  }

  #transition(to: VrrpState, now: number, reason: string): VrrpAction {
    const { name, vrid } = this.#configuration;
    const from = this.#state.name;
    if (from !== to) this.#since = now;
    return { type: 'state', instance: name, vrid, from, to, reason };
  }

  #advert(priority: number): VrrpAction {
    const {
      name,
      interface: device,
      version,
      vrid,
      advertIntervalMs,
      virtualAddresses,
      password,
    } = this.#configuration;
    const authentication =
      password === undefined ? {} : { authentication: { type: passAuthentication, data: passwordBytes(password) } };
    const addresses = virtualAddresses.map(({ address }) => address);
    const advert = { version, vrid, priority, advertIntervalMs, addresses, ...authentication };
    const packet = encodeAdvert(advert, this.#address ?? '0.0.0.0');
    return { type: 'send-advert', instance: name, interface: device, priority, packet };
  }

  #gratuitousArp(repeat: number): VrrpAction {
    const { name, virtualAddresses } = this.#configuration;
    return { type: 'gratuitous-arp', instance: name, addresses: virtualAddresses, repeat };
  }

  #whyMaster(now: number): string {
    const heard = this.#heard;
    const { priority } = this.#configuration;
    if (!heard) return 'nobody else was heard';
    if (heard.priority === 0) return `${heard.source} gave up`;
    const silence = now - heard.at;
    if (heard.priority < priority && silence <= this.#masterIntervalMs * 1.5)
      return `${heard.source} is master with priority ${heard.priority}, ours is ${priority}`;
    return `${heard.source} has been silent for ${Math.round(silence)} ms`;
  }
}

function without(all: readonly VirtualAddress[], some: readonly VirtualAddress[]): VirtualAddress[] {
  const key = (item: VirtualAddress): string => `${item.address}/${item.prefixLength}@${item.interface}`;
  const known = new Set(some.map(key));
  return all.filter((item) => !known.has(key(item)));
}
