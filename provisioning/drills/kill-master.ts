import { RelevoError } from '../contract/index.ts';
import type { DrillOptions, DrillReport } from '../contract/index.ts';
import type { DrillRunner } from '../lab/lab-service.ts';
import { defaultTimeoutMs } from '../probe/configuration.ts';
import { addressesOf } from './address-witness.ts';
import type { Watch } from './address-witness.ts';
import { Changes } from './changes.ts';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { Observers } from './observers.ts';
import { hasSettled, serviceOutage } from './outage.ts';
import { openProbe } from './probe-channel.ts';
import { Recording } from './recording.ts';
import { makeReport } from './report.ts';
import { examine } from './subject.ts';
import type { Subject } from './subject.ts';
import { longestWait } from './theory.ts';
import { Victim } from './victim.ts';

/** A probe that has not said anything for this long never will. */
const probeStartMs = 10_000;
/** A second in a namespace; on a machine with an emulated processor that does much else, half a minute was seen. */
const directorStartMs = 60_000;

type Request = Parameters<DrillRunner>[0];

/**
 * Cuts the power of the master while a client keeps asking, measures until every service answers again, starts the master
 * again and waits until it has its virtual addresses back.
 */
export const runKillMaster: DrillRunner = (request) => killMaster(request, systemClock);

export async function killMaster(request: Request, clock: Clock): Promise<DrillReport> {
  const subject = examine(request.lab, request.drill);
  await requireMaster(request, subject);
  const drill = new KillMaster(request, subject, clock);
  try {
    return await drill.run();
  } finally {
    drill.close();
  }
}

class KillMaster {
  readonly #request: Request;
  readonly #subject: Subject;
  readonly #clock: Clock;
  readonly #changes: Changes;
  readonly #recording: Recording;
  readonly #observers: Observers;
  readonly #victim: Victim;
  #probe: Watch | undefined;
  #measuring = true;

  constructor(request: Request, subject: Subject, clock: Clock) {
    this.#request = request;
    this.#subject = subject;
    this.#clock = clock;
    this.#changes = new Changes(clock, request.signal);
    this.#recording = new Recording(request.listener, clock, this.#changes);
    this.#observers = new Observers(request.lab, subject, this.#recording);
    this.#victim = new Victim(request.lab, subject, clock, this.#recording);
  }

  async run(): Promise<DrillReport> {
    const startedAt = this.#clock.now();
    await this.#observers.start();
    await this.#startProbe();
    await this.#measureBefore();
    const moment = await this.#awaitMoment();
    let measuredUntil: number;
    try {
      await this.#victim.kill();
      await this.#measureAfter();
      for (const event of this.#recording.adverts.events(this.#victim.name)) this.#recording.event(event);
      measuredUntil = this.#clock.now();
      if (this.#request.options.heal) await this.#heal();
    } catch (error) {
      throw this.#request.options.heal ? await this.#victim.healAfter(error) : error;
    }
    this.#recording.phase('done');
    return this.#report(startedAt, measuredUntil, { ...this.#request.options, moment });
  }

  close(): void {
    this.#probe?.close();
    this.#observers.close();
    this.#recording.flush();
  }

  async #startProbe(): Promise<void> {
    const { drill } = this.#subject;
    const configuration = { targets: drill.probes, rate: this.#request.options.rate, timeoutMs: defaultTimeoutMs };
    this.#probe = await openProbe(await this.#request.lab.connection(drill.client), configuration, {
      sample: (sample) => {
        this.#recording.sample(sample);
      },
      died: (error) => {
        if (this.#measuring) this.#changes.fail(error);
      },
    });
  }

  async #measureBefore(): Promise<void> {
    this.#recording.phase('measuring');
    const heard = await this.#changes.until(() => this.#recording.samples.length > 0, probeStartMs);
    if (!heard)
      throw new RelevoError('DRILL_FAILED', `The probe on ${this.#subject.drill.client} did not begin to measure.`);
    await this.#changes.pause(this.#request.options.before * 1000);
    for (const { name } of this.#subject.drill.probes) this.#requireAnswers(name);
  }

  #requireAnswers(target: string): void {
    const samples = this.#recording.samples.filter((sample) => sample.target === target);
    if (samples.some((sample) => sample.ok)) return;
    throw new RelevoError('DRILL_FAILED', `${target} does not answer even before the fault, so nothing was broken.`, {
      lab: this.#request.lab.name,
      cause: samples.at(-1)?.error ?? 'no request has ended yet',
      hint: 'Look at the table of virtual services: are its servers there, and are they up?',
    });
  }

  /** Waits for the place in the advertisement cycle that was asked for; answers which one it became. */
  async #awaitMoment(): Promise<DrillOptions['moment']> {
    if (this.#request.options.moment === 'random') return 'random';
    this.#recording.phase('waiting-for-advert');
    const { adverts } = this.#recording;
    const before = adverts.latestAt;
    const { advertIntervalMs } = this.#subject.theory;
    // Who never heard an advertisement in three intervals cannot wait for one: the report then says `random`.
    const heard = await this.#changes.until(() => adverts.latestAt !== before, 3 * advertIntervalMs + 500);
    return heard ? 'after-advert' : 'random';
  }

  /** Until every service has answered again for as long as asked, or nobody can believe any more that it will. */
  async #measureAfter(): Promise<void> {
    const settled = await this.#changes.until(() => this.#allSettled(), longestWait(this.#subject.theory));
    if (!settled) return;
    const until = this.#answeringSince() + this.#request.options.after * 1000;
    await this.#changes.pause(until - this.#clock.now());
  }

  #allSettled(): boolean {
    const { samples } = this.#recording;
    const question = { samples, deadAt: this.#victim.deadAt, now: this.#clock.now(), timeoutMs: defaultTimeoutMs };
    const { rate } = this.#request.options;
    return this.#subject.drill.probes.every(({ name }) => hasSettled({ ...question, rate, target: name }));
  }

  #answeringSince(): number {
    const { faultAt, deadAt } = this.#victim;
    const outages = this.#subject.drill.probes.map(({ name }) => serviceOutage(name, faultAt, this.#recording.samples));
    return Math.max(deadAt, ...outages.map((outage) => outage.firstGoodAt ?? deadAt));
  }

  async #heal(): Promise<void> {
    this.#recording.phase('healing');
    // What the probe says from here on is not in the figures, so its end no longer ends the drill.
    this.#measuring = false;
    await this.#victim.start();
    await this.#observers.watchKernel(this.#victim.name);
    await this.#victim.awaitAddresses(this.#changes, longestWait(this.#subject.theory) + directorStartMs);
  }

  #report(startedAt: number, measuredUntil: number, options: DrillOptions): DrillReport {
    const { id, lab } = this.#request;
    const { faultAt, healedAt } = this.#victim;
    return makeReport({
      id,
      lab: lab.name,
      testbed: lab.testbed.id,
      subject: this.#subject,
      options,
      startedAt,
      endedAt: this.#clock.now(),
      faultAt,
      measuredUntil,
      ...(healedAt === undefined ? {} : { healedAt }),
      events: this.#recording.events,
      samples: this.#recording.samples,
    });
  }
}

/** The kernel of the victim is asked, not its program: a drill on a standby would measure nothing and still break something. */
async function requireMaster({ lab }: Request, subject: Subject): Promise<void> {
  const { victim } = subject.drill;
  const held = await addressesOf(await lab.connection(victim));
  const missing = subject.virtualAddresses.filter((address) => !held.has(address));
  if (missing.length === 0) return;
  throw new RelevoError('DRILL_FAILED', `${victim} is not the master: it does not hold ${missing.join(', ')}.`, {
    lab: lab.name,
    node: victim,
    hint: `Nothing was broken. Wait until ${victim} has taken its virtual addresses, then run the drill again.`,
  });
}
