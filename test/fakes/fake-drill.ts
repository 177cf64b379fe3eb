import type {
  DrillEvent,
  DrillOptions,
  DrillReport,
  ProbeSample,
  RpcEvent,
  ServiceOutage,
} from '../../provisioning/contract/index.ts';
import type { ProbeTarget } from '../../testbeds/resolved.ts';
import type { FakeLab } from './fake-lab.ts';

/** Runs a pretended drill against a pretended lab, in real time: the outage is as long as the lab's own election takes. */
export async function runFakeDrill(
  lab: FakeLab,
  drillName: string,
  id: string,
  options: DrillOptions,
): Promise<DrillReport> {
  const drill = lab.testbed.drills.find(({ name }) => name === drillName) ?? lab.testbed.drills[0];
  if (drill === undefined) throw new Error('The testbed has no drill.');
  const run = new DrillRun(lab, id, drill.probes, options);
  const startedAt = Date.now();
  lab.emit({ event: 'drill-started', payload: { lab: lab.name, drill: drill.name, id, options, startedAt } });
  const stopListening = run.listen();
  run.phase('measuring');
  await run.measureFor(options.before * 1000);
  run.phase('fault');
  const faultAt = Date.now();
  run.event({ type: 'last-advert', at: faultAt - 4, node: drill.victim, instance: 'VI_E', priority: 150 });
  run.event({ type: 'fault', at: faultAt, node: drill.victim, action: 'kill' });
  lab.kill(drill.victim);
  await run.measureUntilBack(faultAt);
  await run.measureFor(options.after * 1000);
  let healedAt: number | undefined;
  if (options.heal) {
    run.phase('healing');
    healedAt = Date.now();
    run.event({ type: 'heal', at: healedAt, node: drill.victim, action: 'start' });
    await lab.start(drill.victim);
    await run.measureFor(1500);
  }
  run.phase('done');
  run.flush();
  stopListening();
  const standby = lab.testbed.vrrp.routers.find(({ node }) => node !== drill.victim);
  const intervalMs = (lab.options.advertInterval ?? lab.testbed.vrrp.advertInterval) * 1000;
  const priority = standby?.priority ?? 100;
  const masterDownMs = lab.masterDownMs(priority);
  const takeover = run.events.find((event) => event.type === 'vrrp-state' && event.to === 'MASTER');
  return {
    id,
    lab: lab.name,
    testbed: lab.testbed.id,
    drill: drill.name,
    provider: 'namespaces',
    startedAt,
    endedAt: Date.now(),
    options,
    faultAt,
    ...(healedAt === undefined ? {} : { healedAt }),
    services: drill.probes.map(({ name }) => outageOf(name, run.samples, faultAt)),
    events: run.events,
    samples: run.samples,
    theory: { advertIntervalMs: intervalMs, skewMs: masterDownMs - 3 * intervalMs, masterDownMs, priority, version: 2 },
    ...(takeover ? { measuredTakeoverMs: takeover.at - (faultAt - 4) } : {}),
    addressSpreadMs: 0.6,
    healed: healedAt !== undefined,
  };
}

class DrillRun {
  readonly events: DrillEvent[] = [];
  readonly samples: ProbeSample[] = [];
  readonly #lab: FakeLab;
  readonly #id: string;
  readonly #targets: readonly ProbeTarget[];
  readonly #options: DrillOptions;
  #batch: ProbeSample[] = [];
  #sequence = 0;

  constructor(lab: FakeLab, id: string, targets: readonly ProbeTarget[], options: DrillOptions) {
    this.#lab = lab;
    this.#id = id;
    this.#targets = targets;
    this.#options = options;
  }

  listen(): () => void {
    return this.#lab.onDirectorEvent((node, event) => {
      if (event.type === 'vrrp-state') {
        const { type, at, instance, from, to, reason } = event;
        this.event({ type, at, node, instance, from, to, reason });
      } else if (event.type === 'address') this.event({ ...event, node });
      else if (event.type === 'gratuitous-arp')
        this.event({ type: event.type, at: event.at, node, address: event.address });
    });
  }

  phase(phase: Extract<DrillEvent, { type: 'phase' }>['phase']): void {
    this.event({ type: 'phase', at: Date.now(), phase });
  }

  event(event: DrillEvent): void {
    this.events.push(event);
    this.#emit({ event: 'drill-event', payload: { lab: this.#lab.name, id: this.#id, event } });
  }

  async measureFor(ms: number): Promise<void> {
    const end = Date.now() + ms;
    while (Date.now() < end) await this.#measureOnce();
  }

  async measureUntilBack(faultAt: number): Promise<void> {
    const isBack = (): boolean =>
      this.#targets.every(({ name }) => this.samples.some((s) => s.target === name && s.ok && s.sentAt > faultAt));
    while (!isBack()) await this.#measureOnce();
  }

  flush(): void {
    if (this.#batch.length === 0) return;
    const samples = this.#batch;
    this.#batch = [];
    this.#emit({ event: 'drill-samples', payload: { lab: this.#lab.name, id: this.#id, samples } });
  }

  async #measureOnce(): Promise<void> {
    this.#sequence += 1;
    for (const target of this.#targets) {
      const sample = this.#ask(target);
      this.samples.push(sample);
      this.#batch.push(sample);
    }
    if (this.#sequence % Math.max(1, Math.round(this.#options.rate / 8)) === 0) this.flush();
    await this.#lab.pause(1000 / this.#options.rate);
  }

  #ask(target: ProbeTarget): ProbeSample {
    const address = target.kind === 'http' ? new URL(target.url).hostname : target.server;
    const ok = this.#lab.holders(address).some((node) => this.#lab.node(node).state === 'running');
    const sentAt = Date.now() + (this.#sequence % 7) / 10;
    const turn = (this.#sequence % 3) + (target.kind === 'http' ? 2 : 5);
    const common = { target: target.name, sequence: this.#sequence, sentAt };
    if (!ok) return { ...common, endedAt: sentAt + 250, ok, error: 'timeout' };
    const wiggle = Math.sin(this.#sequence * 1.7) + Math.cos(this.#sequence * 0.61);
    const latency = (target.kind === 'http' ? 3.4 : 1.1) * (1.3 + wiggle * 0.35);
    return { ...common, endedAt: sentAt + latency, ok, server: `10.0.100.${turn}` };
  }

  #emit(event: RpcEvent): void {
    this.#lab.emit(event);
  }
}

function outageOf(target: string, all: readonly ProbeSample[], faultAt: number): ServiceOutage {
  const samples = all.filter((sample) => sample.target === target);
  const lastGood = samples.filter(({ ok, endedAt }) => ok && endedAt <= faultAt).at(-1);
  const firstGood = samples.find(({ ok, sentAt }) => ok && sentAt > faultAt);
  return {
    target,
    ...(lastGood ? { lastGoodAt: lastGood.endedAt } : {}),
    ...(firstGood ? { firstGoodAt: firstGood.endedAt } : {}),
    ...(lastGood && firstGood ? { outageMs: firstGood.endedAt - lastGood.endedAt } : {}),
    requests: samples.length,
    failed: samples.filter(({ ok }) => !ok).length,
  };
}
