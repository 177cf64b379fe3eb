import { beforeEach, describe, expect, it } from 'vitest';
import { drillOptionsSchema, drillReportSchema, RelevoError } from '../contract/index.ts';
import type { DrillEvent, DrillOptions, DrillReport, ProbeSample, ServiceOutage } from '../contract/index.ts';
import { monitorCommand } from './address-monitor.ts';
import { killMaster } from './kill-master.ts';
import { FakeLab } from './testing/fake-lab.ts';
import { VirtualClock } from './testing/virtual-clock.ts';

const begin = Date.UTC(2026, 0, 1);
let clock: VirtualClock;
let lab: FakeLab;
let controller: AbortController;
let heard: { events: DrillEvent[]; batches: ProbeSample[][] };

beforeEach(() => {
  clock = new VirtualClock(begin);
  lab = new FakeLab(clock);
  controller = new AbortController();
  heard = { events: [], batches: [] };
});

function drill(options: Partial<DrillOptions> = {}, name = 'kill-master'): Promise<DrillReport> {
  const listener = {
    event: (event: DrillEvent) => heard.events.push(event),
    samples: (samples: ProbeSample[]) => heard.batches.push(samples),
  };
  const parsed = drillOptionsSchema.parse(options);
  return clock.runUntilSettled(
    killMaster({ lab, drill: name, id: 'one', options: parsed, listener, signal: controller.signal }, clock),
  );
}

function service(report: DrillReport, target: string): ServiceOutage {
  return report.services.find((candidate) => candidate.target === target)!;
}

async function failure(work: Promise<unknown>): Promise<RelevoError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(RelevoError);
  return error as RelevoError;
}

function phaseAt(phase: string): number {
  return heard.events.find((event) => event.type === 'phase' && event.phase === phase)!.at;
}

describe('kill-master', () => {
  it('measures the outage of each service, heals, and reports it beside the theory', async () => {
    const report = await drill();
    expect(drillReportSchema.parse(report)).toEqual(report);
    expect(lab.log).toEqual(['kill master', 'start master']);
    for (const { outageMs } of report.services) {
      expect(outageMs).toBeGreaterThan(3600);
      expect(outageMs).toBeLessThan(3720);
    }
    expect(report.theory).toMatchObject({ version: 2, priority: 100, masterDownMs: 3609.375 });
    expect(report.measuredTakeoverMs).toBeCloseTo(3609, 0);
    expect(report.addressSpreadMs).toBeCloseTo(2, 1);
    expect(report.healed).toBe(true);
    expect(report.healedAt).toBeGreaterThan(report.faultAt + 3609);
    expect(lab.node('master').addresses.size).toBe(3);
  });

  it('cuts the power right after an advertisement, so that the measurement can be held against the theory', async () => {
    const report = await drill();
    const advert = report.events.find((event) => event.type === 'last-advert')!;
    expect(report.faultAt - advert.at).toBeLessThan(50);
    expect(report.options.moment).toBe('after-advert');
    expect(advert).toMatchObject({ node: 'master', priority: 150 });
  });

  it('cuts the power at once when asked for a random moment', async () => {
    const report = await drill({ moment: 'random', before: 1.5 });
    expect(report.faultAt - begin).toBeCloseTo(1505, -1);
    expect(service(report, 'web').outageMs).toBeLessThan(3250);
  });

  it('says that the moment was random when nobody tells of advertisements', async () => {
    lab.script.tellsAdverts = false;
    const report = await drill();
    expect(report.options.moment).toBe('random');
    expect(report.events.filter((event) => event.type === 'last-advert')).toEqual([]);
    expect(report.measuredTakeoverMs).toBeUndefined();
  });

  it('goes through its phases in order, and tells of everything as it happens', async () => {
    const report = await drill();
    const phases = heard.events.filter((event) => event.type === 'phase').map((event) => event.phase);
    expect(phases).toEqual(['measuring', 'waiting-for-advert', 'fault', 'healing', 'done']);
    expect(heard.batches.flat().length).toBe(report.samples.length);
    expect(heard.batches.length).toBeLessThan((10 * (report.endedAt - report.startedAt)) / 1000 + 2);
    expect(report.events.map((event) => event.at)).toEqual(
      report.events.map((event) => event.at).sort((a, b) => a - b),
    );
  });

  it('takes addresses from the kernels, on the standby and later on the healed master', async () => {
    const { events } = await drill();
    const added = events.filter((event) => event.type === 'address' && event.action === 'added');
    expect(added.map((event) => event.type === 'address' && event.node)).toEqual([
      ...['standby', 'standby', 'standby'],
      ...['master', 'master', 'master'],
    ]);
  });

  it('finds no outage when nothing ever fails', async () => {
    lab.script.immortal = true;
    const report = await drill();
    expect(report.services).toMatchObject([{ failed: 0 }, { failed: 0 }]);
    expect(report.services.every((outage) => outage.outageMs === undefined)).toBe(true);
    expect(report.healed).toBe(true);
  });

  it('gives up waiting for a standby that never takes over, says so, and heals', async () => {
    lab.script.takeoverMs = undefined;
    const report = await drill();
    for (const outage of report.services) {
      expect(outage.firstGoodAt).toBeUndefined();
      expect(outage.outageMs).toBeUndefined();
      expect(outage.failed).toBeGreaterThan(350);
    }
    const waited = phaseAt('healing') - report.faultAt;
    expect(waited).toBeGreaterThan(3 * 3609 + 10_000 - 100);
    expect(waited).toBeLessThan(3 * 3609 + 10_000 + 200);
    expect(report.measuredTakeoverMs).toBeUndefined();
    expect(report.addressSpreadMs).toBeUndefined();
    expect(report.healed).toBe(true);
  });

  it('waits for the slower service', async () => {
    lab.script.extraOutageMs = { dns: 3000 };
    const report = await drill();
    expect(service(report, 'web').outageMs).toBeLessThan(3720);
    expect(service(report, 'dns').outageMs).toBeGreaterThan(6600);
    expect(phaseAt('healing')).toBeGreaterThanOrEqual(service(report, 'dns').firstGoodAt! + 2000);
  });

  it('counts failures before the fault without blaming the fault for them', async () => {
    lab.script.failing = (target, at) => target === 'web' && at - begin >= 500 && at - begin < 700;
    const report = await drill();
    expect(service(report, 'web').outageMs).toBeLessThan(3720);
    expect(service(report, 'web').failed).toBe(service(report, 'dns').failed + 4);
  });

  it('measures for as long as asked before and after', async () => {
    const report = await drill({ before: 4, after: 7 });
    expect(report.faultAt - begin).toBeGreaterThanOrEqual(4000);
    expect(phaseAt('healing') - service(report, 'web').firstGoodAt!).toBeGreaterThanOrEqual(7000);
  });

  it('leaves the victim dead when told not to heal', async () => {
    const report = await drill({ heal: false });
    expect(lab.log).toEqual(['kill master']);
    expect(report.healed).toBe(false);
    expect(report.healedAt).toBeUndefined();
  });

  it('says so when the victim does not take its addresses back', async () => {
    lab.script.takeBackMs = undefined;
    const report = await drill();
    expect(report.healed).toBe(false);
    expect(lab.log).toEqual(['kill master', 'start master']);
  });

  it('looks again when the connection to the healed victim breaks once', async () => {
    const master = lab.node('master');
    const execute = master.execute.bind(master);
    let broken = 0;
    master.execute = (command) => {
      if (lab.log.length === 2 && broken++ === 0)
        return Promise.reject(new RelevoError('NODE_NOT_RUNNING', 'it went away'));
      return execute(command);
    };
    expect((await drill()).healed).toBe(true);
    expect(broken).toBeGreaterThan(1);
  });

  it('reckons with the short interval of version 3', async () => {
    lab.script.advertIntervalMs = 100;
    lab.script.takeoverMs = 361;
    const report = await drill();
    expect(report.theory).toMatchObject({ version: 3, advertIntervalMs: 100 });
    expect(service(report, 'web').outageMs).toBeLessThan(470);
    expect(report.measuredTakeoverMs).toBeCloseTo(361, 0);
  });
});

describe('kill-master leaves the lab alone', () => {
  it('when the victim is not the master', async () => {
    lab.node('master').addresses.delete('192.168.1.202');
    const error = await failure(drill());
    expect(error.code).toBe('DRILL_FAILED');
    expect(error.message).toContain('192.168.1.202');
    expect(error.detail.hint).toContain('Nothing was broken');
    expect(lab.log).toEqual([]);
  });

  it.each([
    ['the victim is off', 'master', 'off', 'NODE_NOT_RUNNING'],
    ['the victim is frozen', 'master', 'frozen', 'NODE_FROZEN'],
    ['the client is off', 'client', 'off', 'NODE_NOT_RUNNING'],
  ] as const)('when %s', async (_, node, state, code) => {
    lab.setState(node, state);
    const error = await failure(drill());
    expect(error.code).toBe(code);
    expect(error.detail.hint).toContain(`relevo start ${node}`);
    expect(lab.log).toEqual([]);
  });

  it('when the drill is unknown', async () => {
    const error = await failure(drill({}, 'kill-everybody'));
    expect(error.code).toBe('UNKNOWN_DRILL');
    expect(error.detail.hint).toContain('kill-master');
  });

  it('when a service does not answer even before the fault', async () => {
    lab.script.failing = (target) => target === 'dns';
    const error = await failure(drill());
    expect(error.code).toBe('DRILL_FAILED');
    expect(error.message).toContain('dns does not answer');
    expect(lab.log).toEqual([]);
  });

  it('when it is cancelled while measuring before the fault', async () => {
    clock.after(1000, () => {
      controller.abort();
    });
    expect((await failure(drill())).code).toBe('CANCELLED');
    expect(lab.log).toEqual([]);
  });
});

describe('kill-master heals', () => {
  it.each([
    ['while the victim is dying', 3002],
    ['during the outage', 4000],
    ['while measuring afterwards', 6500],
  ])('when it is cancelled %s', async (_, afterMs) => {
    clock.after(afterMs, () => {
      controller.abort();
    });
    expect((await failure(drill())).code).toBe('CANCELLED');
    expect(lab.log).toEqual(['kill master', 'start master']);
    expect(heard.events.at(-1)).toMatchObject({ type: 'heal', node: 'master' });
  });

  it('once, when it is cancelled while healing', async () => {
    clock.after(8700, () => {
      controller.abort();
    });
    expect((await failure(drill())).code).toBe('CANCELLED');
    expect(lab.log).toEqual(['kill master', 'start master']);
  });

  it('not when it was told to leave the victim dead, however it ends', async () => {
    clock.after(4000, () => {
      controller.abort();
    });
    expect((await failure(drill({ heal: false }))).code).toBe('CANCELLED');
    expect(lab.log).toEqual(['kill master']);
  });

  it('when the probe dies, and passes on what the probe complained about', async () => {
    clock.after(4000, () => {
      const probe = lab.node('client').channels[0]!;
      probe.stderr.write('probe: out of memory\n');
      clock.after(10, () => {
        probe.exit({ exitCode: 134 });
      });
    });
    const error = await failure(drill());
    expect(error.code).toBe('DRILL_FAILED');
    expect(error.detail).toMatchObject({ exitCode: 134, node: 'client', output: 'probe: out of memory\n' });
    expect(lab.log).toEqual(['kill master', 'start master']);
  });

  it('and says so when the start fails too', async () => {
    lab.start = () => Promise.reject(new RelevoError('INTERNAL', 'no memory'));
    clock.after(4000, () => {
      controller.abort();
    });
    const error = await failure(drill());
    expect(error.code).toBe('DRILL_FAILED');
    expect(error.message).toContain('could not be started again');
    expect(error.detail.hint).toContain('relevo start master');
  });
});

describe('kill-master leaves nothing behind', () => {
  const watching = (): boolean => [...lab.nodes.values()].some(({ channels }) => channels.some((one) => !one.closed));

  it('after a report', async () => {
    await drill();
    expect(lab.node('standby').channels.map((channel) => channel.command)).toEqual([monitorCommand]);
    expect(watching()).toBe(false);
    expect(lab.listening).toBe(0);
  });

  it('after being cancelled', async () => {
    clock.after(4000, () => {
      controller.abort();
    });
    await failure(drill());
    expect(watching()).toBe(false);
    expect(lab.listening).toBe(0);
  });
});
