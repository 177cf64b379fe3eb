import type { VrrpState } from '../../api/snapshot.ts';
import { inOrder, type VrrpAction } from './action.ts';
import type { SyncGroupConfiguration, Tracker, VrrpInstanceConfiguration } from './configuration.ts';
import type { Outcome, VrrpMachine } from './machine.ts';
import { notifyLowerPriority, notifyState, type NotifiedState } from './notify.ts';
import type { ReceivedAdvert } from './receive.ts';
import { judge, type Facts } from './tracking.ts';

/**
 * Instances that change state together: a sync group, or a single instance by itself. The group becomes master when
 * all its members want to, and leaves when any member must.
 */
export class VrrpGroup {
  readonly members: readonly VrrpMachine[];
  /** Undefined for a single instance. */
  readonly #sync: SyncGroupConfiguration | undefined;
  readonly #facts: Facts;
  #started = false;
  /** What was last told about the sync group as a whole. */
  #told: VrrpState | undefined;

  /** `members` may be in any state: those of a reloaded group bring theirs along. */
  constructor(members: readonly VrrpMachine[], facts: Facts, sync?: SyncGroupConfiguration) {
    this.members = members;
    this.#facts = facts;
    this.#sync = sync;
    this.#told = this.#common();
  }

  get nextTimeoutAt(): number {
    return Math.min(...this.members.map(({ nextTimeoutAt }) => nextTimeoutAt));
  }

  start(now: number): VrrpAction[] {
    this.#started = true;
    return this.#finish(this.#settle(now, 'started'));
  }

  /** `deleted`: no longer in the file; otherwise the director stops. */
  stop(now: number, reason: string, deleted = false): VrrpAction[] {
    this.#started = false;
    const actions = this.members.flatMap((member) => [
      ...member.stop(now, reason),
      this.#notify(member, deleted ? deletedState(member) : 'STOP'),
    ]);
    const group = deleted || !this.#sync ? [] : [this.#notifyGroup('STOP')];
    return inOrder([...actions, ...group]);
  }

  /** Something that an instance depends on may have changed; `what` says what, should it free the group. */
  review(now: number, what: string): VrrpAction[] {
    return this.#started ? this.#finish(this.#settle(now, what)) : [];
  }

  tick(now: number): VrrpAction[] {
    return this.#finish(this.members.flatMap((member) => this.#follow(member, member.tick(now), now)));
  }

  hear(member: VrrpMachine, received: ReceivedAdvert, now: number): VrrpAction[] {
    const actions = this.#follow(member, member.hear(received, now), now);
    // Only after a reload has put a backup into a group of masters: its master is the better one, for all of them.
    const { preempt } = member.configuration;
    const { priority } = received.advert;
    const stays = member.state === 'BACKUP' && priority > 0 && !(preempt && priority < member.priority);
    const reason = `${received.source} is master with priority ${priority}, ours is ${member.priority}`;
    return this.#finish(stays ? [...actions, ...this.#fallTogether(member, reason, now)] : actions);
  }

  /** Trackers of an instance: its own and its group's. In a group a weight of its own counts as 0 (keepalived.conf(5)). */
  trackersOf({ track = [] }: VrrpInstanceConfiguration): Tracker[] {
    const keep = !this.#sync || this.#sync.memberWeights === true;
    const own = track.map((tracker) => (keep ? tracker : { ...tracker, weight: 0 }));
    return [...own, ...(this.#sync?.track ?? [])];
  }

  /** Brings the group to FAULT while anything is wrong with any member, and out of it when all is well. */
  #settle(now: number, what: string): VrrpAction[] {
    const verdicts = this.members.map((member) =>
      judge(member.configuration, this.trackersOf(member.configuration), this.#facts),
    );
    const actions: VrrpAction[] = [];
    const settled = this.members.every(({ state }) => state === 'FAULT' || state === 'INIT');
    const fault = verdicts.find((verdict) => verdict.fault !== undefined)?.fault;
    for (const [index, member] of this.members.entries()) {
      const verdict = verdicts[index];
      if (!verdict) continue;
      actions.push(...member.setPriority(verdict.priority));
      // A master that leaves because its address is gone still has the chance to say so from the old one.
      if (fault === undefined || settled || verdict.source !== undefined) member.setAddress(verdict.source);
    }
    if (fault !== undefined) {
      const moving = this.members.filter(({ state }) => state !== 'FAULT');
      return [...actions, ...moving.flatMap((member) => member.enterFault(now, fault))];
    }
    if (verdicts.some(({ waitsFor }) => waitsFor !== undefined)) return actions;
    const idle = this.members.filter(({ state }) => state === 'FAULT' || state === 'INIT');
    return [...actions, ...idle.flatMap((member) => member.enterBackup(now, what, member.state === 'INIT'))];
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
      member.enterBackup(now, member === cause ? reason : `with its sync group ${this.#sync?.name ?? ''}: ${reason}`),
    );
  }

  /** Adds what is told to scripts, and brings everything into the order in which it is done. */
  #finish(actions: readonly VrrpAction[]): VrrpAction[] {
    const told: VrrpAction[] = [];
    for (const action of actions) {
      if (action.type === 'state' && isNotified(action.to)) told.push(this.#tell(action.instance, action.to));
      if (action.type === 'second-master') told.push(this.#tell(action.instance, 'MASTER_RX_LOWER_PRI'));
    }
    const common = this.#common();
    if (common !== undefined && common !== this.#told) {
      this.#told = common;
      if (this.#sync && isNotified(common)) told.push(this.#notifyGroup(common));
    }
    return inOrder([...actions, ...told]);
  }

  #tell(instance: string, what: NotifiedState | 'MASTER_RX_LOWER_PRI'): VrrpAction {
    const member = this.members.find(({ configuration }) => configuration.name === instance);
    if (!member) throw new RangeError(`"${instance}" is not in this group.`);
    if (what !== 'MASTER_RX_LOWER_PRI') return this.#notify(member, what);
    const { name, notify } = member.configuration;
    return notifyLowerPriority({ type: 'INSTANCE', name, priority: member.priority, scripts: notify });
  }

  #notify({ configuration, priority }: VrrpMachine, state: NotifiedState): VrrpAction {
    const { name, notify } = configuration;
    return notifyState({ type: 'INSTANCE', name, priority, scripts: notify }, state);
  }

  #notifyGroup(state: NotifiedState): VrrpAction {
    const { name = '', notify } = this.#sync ?? {};
    return notifyState({ type: 'GROUP', name, priority: 0, scripts: notify }, state);
  }

  /** The state of all members, when they are of one. */
  #common(): VrrpState | undefined {
    const state = this.members[0]?.state;
    return this.members.every((member) => member.state === state) ? state : undefined;
  }
}

function isNotified(state: VrrpState): state is 'MASTER' | 'BACKUP' | 'FAULT' {
  return state !== 'INIT';
}

/** keepalived tells FAULT of an instance that has left the file, unless it has `notify_deleted`. */
function deletedState({ configuration }: VrrpMachine): NotifiedState {
  return configuration.notify?.deleted ? 'DELETED' : 'FAULT';
}
