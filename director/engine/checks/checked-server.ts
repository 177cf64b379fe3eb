import { CheckMachine } from './check-machine.ts';
import type { CheckStatus, ServerStatus } from './checker.ts';
import type { CheckConfiguration, RealServerConfiguration, VirtualServerConfiguration } from './configuration.ts';
import type { CheckResult } from './result.ts';
import { ServerState } from './server-state.ts';

export interface AbortAction {
  readonly type: 'abort';
  readonly key: string;
  readonly attempt: number;
}

export type ServerAction =
  | AbortAction
  | { readonly type: 'start'; readonly key: string; readonly attempt: number; readonly check: CheckConfiguration }
  | { readonly type: 'verdict'; readonly status: CheckStatus }
  /** The first verdict on a server that started down says that it is: keepalived runs notify_down then. */
  | { readonly type: 'first-failure' };

type Checks = readonly [CheckConfiguration, ...CheckConfiguration[]];

/** The checks in one place: one, or two in turn (ldirectord's `checktimeoutN`), which then share verdict and failures. */
interface Slot {
  readonly key: string;
  readonly checks: Checks;
  machine: CheckMachine;
  /** Attempts since the second check of two succeeded; Infinity: it is its turn. */
  connects: number;
  /** So many before the second one. */
  readonly limit: number;
  current: CheckConfiguration;
}

/** One real server of one virtual service: its checks, modes and weights, and whether that makes it alive. */
export class CheckedServer {
  readonly key: string;
  readonly service: VirtualServerConfiguration;
  readonly configuration: RealServerConfiguration;
  state = new ServerState();
  #slots: Slot[];
  #alive: boolean;
  #weight: number;
  #mode: ServerStatus['mode'] = 'ready';
  #reason: string;
  #since: number;
  /** The last check that turned. */
  #turned: Slot | undefined;

  constructor(
    service: VirtualServerConfiguration,
    configuration: RealServerConfiguration,
    now: number,
    chance: () => number,
  ) {
    this.service = service;
    this.configuration = configuration;
    this.key = `${service.protocol} ${service.address}:${service.port} ${service.mark ?? ''} ${configuration.address}:${configuration.port}`;
    const seen = new Map<string, number>();
    this.#slots = slotsOf(configuration).map((checks) => {
      const [first] = checks;
      const up = !configuration.startsDown;
      const name = nameOf(checks);
      const twins = seen.get(name) ?? 0;
      seen.set(name, twins + 1);
      return {
        key: `${this.key} ${name} ${twins}`,
        checks,
        machine: new CheckMachine(first, up, now, chance()),
        connects: Infinity,
        limit: configuration.connectsPerNegotiate ?? 0,
        current: checks.at(-1) ?? first,
      };
    });
    this.#alive = this.#slots.every(isWell);
    this.#weight = this.state.weight(configuration);
    this.#reason = this.#alive ? 'taken as up until the first check' : 'down until the first successful check';
    this.#since = now;
  }

  get alive(): boolean {
    return this.#alive;
  }
  get weight(): number {
    return this.#weight;
  }
  get nextTimeoutAt(): number {
    return this.#slots.reduce((soonest, { machine }) => Math.min(soonest, machine.nextTimeoutAt), Infinity);
  }

  hasCheck(key: string): boolean {
    return this.#slots.some((slot) => slot.key === key);
  }

  checkStatus(): CheckStatus[] {
    return this.#slots.map((slot) => this.#statusOf(slot));
  }

  status(): ServerStatus {
    const { service, configuration: server } = this;
    const place = { service, server, up: this.#alive, mode: this.#mode };
    return { ...place, weight: this.#weight, reason: this.#reason, since: this.#since };
  }

  /** Takes over from the same server before a reload. Returns the attempts that nobody waits for any more. */
  inherit(old: CheckedServer, now: number): AbortAction[] {
    this.state = old.state;
    const before = new Map(old.#slots.map((slot) => [slot.key, slot]));
    for (const slot of this.#slots) {
      const known = before.get(slot.key);
      before.delete(slot.key);
      if (known) {
        slot.machine = known.machine;
        slot.connects = known.connects;
        slot.machine.reconfigure(slot.current, now);
      } else if (old.#alive) {
        // A new check on a server that is up has to fail before it counts.
        slot.machine = new CheckMachine(slot.current, true, now, 0);
      }
    }
    for (const gone of before.keys()) this.state.forgetWeight(gone, true);
    this.#alive = this.#isAlive();
    this.#weight = this.state.weight(this.configuration);
    this.#mode = old.#mode;
    this.#reason = old.#reason;
    this.#since = old.#since;
    return [...before.values()].flatMap(abortOf);
  }

  tick(now: number): ServerAction[] {
    return this.#slots.flatMap((slot) => {
      if (now < slot.machine.nextTimeoutAt) return [];
      const was = wasOf(slot);
      if (slot.machine.idle) takeTurn(slot, now);
      const { key, current: check } = slot;
      const actions = slot.machine.tick(now, silenceOf(check)).flatMap(({ type, attempt }): ServerAction[] => {
        if (type === 'abort') return [{ type, key, attempt }];
        if (check.kind !== 'FIXED') return [{ type, key, attempt, check }];
        const reason = check.up ? 'taken as up without a check' : 'taken as down without a check';
        slot.machine.finish(attempt, { ok: true, reason, agent: { up: check.up } }, now);
        return [];
      });
      if (actions.some(({ type }) => type === 'abort')) noteAttempt(slot, slot.machine.failures === 0);
      return [...actions, ...this.#afterwards(slot, was)];
    });
  }

  finish(key: string, attempt: number, result: CheckResult, now: number): ServerAction[] {
    const slot = this.#slots.find((candidate) => candidate.key === key);
    if (!slot) return [];
    const was = wasOf(slot);
    if (!slot.machine.finish(attempt, result, now)) return [];
    noteAttempt(slot, result.ok);
    if (result.ok && result.weight) this.state.learnWeight(key, result.weight);
    else if (!slot.machine.up) this.state.forgetWeight(key);
    if (result.ok && result.agent?.mode !== undefined) this.state.setAgentMode(result.agent.mode);
    return this.#afterwards(slot, was);
  }

  abort(): AbortAction[] {
    return this.#slots.flatMap(abortOf);
  }

  /** Works out anew whether it is alive, and with what weight. Returns whether anything is different. */
  refresh(now: number): boolean {
    const alive = this.#isAlive();
    const weight = this.state.weight(this.configuration);
    const { mode, reason } = this.state.choice;
    if (alive === this.#alive && weight === this.#weight && mode === this.#mode) return false;
    if (mode !== 'ready') this.#reason = reason;
    else if (alive !== this.#alive || mode !== this.#mode) this.#reason = this.#checksSay(alive);
    else this.#reason = `weight ${this.#weight} → ${weight}`;
    if (alive !== this.#alive || mode !== this.#mode) this.#since = now;
    this.#alive = alive;
    this.#weight = weight;
    this.#mode = mode;
    return true;
  }

  #isAlive(): boolean {
    return this.state.choice.mode !== 'maintenance' && this.#slots.every(isWell);
  }

  #checksSay(alive: boolean): string {
    const turned = alive ? this.#turned : this.#slots.find((slot) => !isWell(slot));
    return turned ? `${turned.current.kind}: ${turned.machine.reason}` : 'it has no failing check';
  }

  #afterwards(slot: Slot, was: { up: boolean; judged: boolean }): ServerAction[] {
    const { machine } = slot;
    if (machine.up !== was.up) {
      this.#turned = slot;
      return [{ type: 'verdict', status: this.#statusOf(slot) }];
    }
    return machine.judged && !was.judged && !machine.up ? [{ type: 'first-failure' }] : [];
  }

  #statusOf({ machine, current }: Slot): CheckStatus {
    const { up, reason, since } = machine;
    return { service: this.service, server: this.configuration, kind: current.kind, up, reason, since };
  }
}

const wasOf = ({ machine }: Slot) => ({ up: machine.up, judged: machine.judged });

/** What it means that nothing came: a UDP_CHECK without `require_reply` is only afraid of ICMP errors. */
function silenceOf(check: CheckConfiguration): CheckResult | undefined {
  if (check.kind !== 'UDP_CHECK' || check.requireReply) return undefined;
  return { ok: true, reason: `no ICMP error in ${check.timeoutMs} ms` };
}

/** A load that cannot be read says nothing against a server. */
const isWell = ({ machine, current }: Slot): boolean => machine.up || current.kind === 'LOAD';

function abortOf({ key, machine }: Slot): AbortAction[] {
  const attempt = machine.attempt;
  return attempt === undefined ? [] : [{ type: 'abort', key, attempt }];
}

/** The check whose turn it is: after `connectsPerNegotiate` good ones of the first, or a bad one, the second until it succeeds. */
function takeTurn(slot: Slot, now: number): void {
  const [first, second] = slot.checks;
  if (second === undefined) return;
  const next = slot.connects >= slot.limit ? second : first;
  if (next === slot.current) return;
  slot.current = next;
  slot.machine.reconfigure(next, now);
}

function noteAttempt(slot: Slot, ok: boolean): void {
  const [, second] = slot.checks;
  if (second === undefined) return;
  if (slot.current === second) slot.connects = ok ? 0 : slot.connects;
  else slot.connects = ok ? slot.connects + 1 : Infinity;
}

function slotsOf({ checks, connectsPerNegotiate }: RealServerConfiguration): Checks[] {
  const [first, second, ...rest] = checks;
  if (connectsPerNegotiate === undefined || !first || !second) return checks.map((check): Checks => [check]);
  return [[first, second], ...rest.map((check): Checks => [check])];
}

/** What is checked, without how often: a check with other times is still the same check. */
function nameOf(checks: readonly CheckConfiguration[]): string {
  return JSON.stringify(
    checks.map(({ intervalMs, timeoutMs, retries, delayBeforeRetryMs, warmupMs, reentryMs, ...what }) => what),
  );
}
