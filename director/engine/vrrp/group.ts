import { inOrder, type VrrpAction } from './action.ts';
import type { VrrpInstanceConfiguration } from './configuration.ts';
import { VrrpMachine, type Outcome } from './machine.ts';
import type { ReceivedAdvert } from './receive.ts';

/**
 * Instances that change state together: a sync group, or a single instance by itself. The group becomes master when
 * all its members want to, and leaves when any member must.
 */
export class VrrpGroup {
  readonly members: readonly VrrpMachine[];
  /** Undefined for a single instance. */
  readonly #name: string | undefined;
  #started = false;

  constructor(configurations: readonly VrrpInstanceConfiguration[], now: number) {
    this.members = configurations.map((configuration) => new VrrpMachine(configuration, now));
    this.#name = configurations[0]?.syncGroup;
  }

  get nextTimeoutAt(): number {
    return Math.min(...this.members.map(({ nextTimeoutAt }) => nextTimeoutAt));
  }

  member(name: string): VrrpMachine | undefined {
    return this.members.find(({ configuration }) => configuration.name === name);
  }

  start(now: number): VrrpAction[] {
    this.#started = true;
    return this.#settle(now, 'started');
  }

  stop(now: number, reason: string): VrrpAction[] {
    this.#started = false;
    return inOrder(this.members.flatMap((member) => member.stop(now, reason)));
  }

  /** The state of an interface changed; `address` is its primary address, undefined while it is down or has none. */
  setAddress(device: string, address: string | undefined, now: number): VrrpAction[] {
    for (const member of this.members) if (member.configuration.interface === device) member.setAddress(address);
    return this.#started ? this.#settle(now, `${device} is up`) : [];
  }

  tick(now: number): VrrpAction[] {
    return inOrder(this.members.flatMap((member) => this.#follow(member, member.tick(now), now)));
  }

  hear(member: VrrpMachine, received: ReceivedAdvert, now: number): VrrpAction[] {
    return inOrder(this.#follow(member, member.hear(received, now), now));
  }

  reconfigure(configurations: readonly VrrpInstanceConfiguration[]): VrrpAction[] {
    return inOrder(
      this.members.flatMap((member) => {
        const next = configurations.find(({ name }) => name === member.configuration.name);
        return next ? member.reconfigure(next) : [];
      }),
    );
  }

  /** Brings the group to FAULT while any member has no usable interface, and out of it when all have. */
  #settle(now: number, up: string): VrrpAction[] {
    const missing = this.members.find(({ address }) => address === undefined);
    if (missing) {
      const reason = `${missing.configuration.interface} is down or has no IPv4 address`;
      const moving = this.members.filter(({ state }) => state !== 'FAULT');
      return inOrder(moving.flatMap((member) => member.enterFault(now, reason)));
    }
    const idle = this.members.filter(({ state }) => state === 'FAULT' || state === 'INIT');
    return inOrder(idle.flatMap((member) => member.enterBackup(now, up, member.state === 'INIT')));
  }

  #follow(member: VrrpMachine, { actions, wish }: Outcome, now: number): VrrpAction[] {
    if (!wish) return [...actions];
    return [
      ...actions,
      ...(wish.to === 'MASTER' ? this.#riseTogether(now) : this.#fallTogether(member, wish.reason, now)),
    ];
  }

  #riseTogether(now: number): VrrpAction[] {
    const ready = this.members.every(({ wantsMaster, state }) => wantsMaster || state === 'MASTER');
    if (!ready) return [];
    const rising = this.members.filter(({ state }) => state !== 'MASTER');
    return rising.flatMap((member) => member.enterMaster(now));
  }

  #fallTogether(cause: VrrpMachine, reason: string, now: number): VrrpAction[] {
    const falling = this.members.filter(({ state }) => state === 'MASTER');
    return falling.flatMap((member) =>
      member.enterBackup(now, member === cause ? reason : `with its sync group ${this.#name ?? ''}: ${reason}`),
    );
  }
}
