import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DrillReport, DrillSummary } from '../../provisioning/contract/index.ts';
import { drillReportSchema } from '../../provisioning/contract/index.ts';
import { eventually } from './support/relevo.ts';
import { TfgLab } from './support/lab.ts';

async function drill(lab: TfgLab, ...options: string[]): Promise<DrillReport> {
  return drillReportSchema.parse(await lab.relevo.json('drill', 'kill-master', ...options));
}

function expectTogether(report: DrillReport): void {
  // Every virtual address on the standby, within one advertisement interval of 0.1 s.
  expect(report.addressSpreadMs).toBeDefined();
  expect(report.addressSpreadMs).toBeLessThan(100);
  const added = report.events.filter((event) => event.type === 'address' && event.action === 'added');
  const first = added.slice(0, 3).map((event) => event.type === 'address' && event.node);
  expect(first).toEqual(['standby', 'standby', 'standby']);
}

describe('at one advertisement a second', () => {
  let lab: TfgLab;
  beforeAll(async () => {
    lab = await TfgLab.up();
  });
  afterAll(() => lab.relevo.dispose());

  it('a dead master costs 3.0 to 4.3 s, all addresses move together, and the master takes them back', async () => {
    const report = await drill(lab);
    for (const { target, outageMs } of report.services) {
      expect([target, outageMs]).toEqual([target, expect.any(Number)]);
      expect(outageMs).toBeGreaterThanOrEqual(3000);
      expect(outageMs).toBeLessThanOrEqual(4300);
    }
    expect(report.options.moment).toBe('after-advert');
    expect(report.theory).toMatchObject({ version: 2, priority: 100, masterDownMs: 3609.375 });
    expect(report.measuredTakeoverMs).toBeGreaterThan(3550);
    expect(report.measuredTakeoverMs).toBeLessThan(3800);
    expectTogether(report);
    expect(report.healed).toBe(true);
    expect(await lab.isHeldBy('master')).toBe(true);
    expect(new Set((await lab.askPage(3)).map((page) => page.server)).size).toBe(3);
  });

  it('the report is kept, and can be read again', async () => {
    const reports = await lab.relevo.json<DrillSummary[]>('drill', 'reports');
    expect(reports.length).toBe(1);
    const again = drillReportSchema.parse(await lab.relevo.json('drill', 'show', reports[0]!.id));
    expect(again.samples.length).toBeGreaterThan(100);
  });

  it('a drill on a standby is refused, and nothing is broken', async () => {
    await lab.relevo.succeed('kill', 'master');
    await eventually('the standby has the addresses', () => lab.isHeldBy('standby', ['standby']));
    const error = await lab.relevo.failure('drill', 'kill-master');
    expect(error.code).toBe('NODE_NOT_RUNNING');
    expect(error.detail.hint).toContain('relevo start master');
    await lab.relevo.succeed('start', 'master');
    await eventually('the master has the addresses back', () => lab.isHeldBy('master'));
  });

  it('a drill that Ctrl-C stops heals what it broke', async () => {
    const running = lab.relevo.start('drill', 'kill-master', '--moment', 'random');
    await eventually('the master is dead', async () => {
      const { nodes } = await lab.status();
      return nodes.find((node) => node.name === 'master')?.state === 'off';
    });
    running.process.kill('SIGINT');
    expect((await running.outcome).exitCode).toBe(130);
    const { nodes } = await lab.status();
    expect(nodes.find((node) => node.name === 'master')?.state).toBe('running');
    await eventually('the master has the addresses back', () => lab.isHeldBy('master'));
  });

  it('a frozen master is replaced, and takes over again once it thaws', async () => {
    await lab.relevo.succeed('freeze', 'master');
    await eventually('the standby has the addresses', () => lab.isHeldBy('standby', ['standby']));
    expect((await lab.askPage(3)).every((page) => page.server.startsWith('10.0.100.'))).toBe(true);
    await lab.relevo.succeed('start', 'master');
    await eventually('only the master has the addresses', () => lab.isHeldBy('master'));
    expect((await lab.askPage(3)).every((page) => page.server.startsWith('10.0.100.'))).toBe(true);
  });

  it('a master without its outer cable is replaced, and takes over again with it', async () => {
    await lab.relevo.succeed('cut', 'master', 'nat');
    await eventually('the standby has the addresses', () => lab.isHeldBy('standby', ['standby']));
    // One sync group: the inner address must follow, or answers would leave through a node that is cut off.
    await eventually('the master has let go of them', () => lab.isHeldBy('standby'));
    expect((await lab.askPage(3)).every((page) => page.server.startsWith('10.0.100.'))).toBe(true);
    await lab.relevo.succeed('restore', 'master', 'nat');
    await eventually('the master has the addresses back', () => lab.isHeldBy('master'));
    expect((await lab.askPage(3)).every((page) => page.server.startsWith('10.0.100.'))).toBe(true);
  });
});

describe('at ten advertisements a second', () => {
  let lab: TfgLab;
  beforeAll(async () => {
    lab = await TfgLab.up('--advert-interval', '0.1');
  });
  afterAll(() => lab.relevo.dispose());

  it('a dead master costs at most 0.7 s, and all addresses move together', async () => {
    const report = await drill(lab, '--rate', '50');
    expect(report.theory).toMatchObject({ version: 3, advertIntervalMs: 100 });
    for (const { target, outageMs } of report.services) {
      expect([target, outageMs]).toEqual([target, expect.any(Number)]);
      expect(outageMs).toBeGreaterThan(250);
      expect(outageMs).toBeLessThanOrEqual(700);
    }
    expectTogether(report);
    expect(report.healed).toBe(true);
  });
});
