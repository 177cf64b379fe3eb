import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drillOptionsSchema } from '../contract/index.ts';
import type { DrillReport } from '../contract/index.ts';
import { ReportStore } from './report-store.ts';
import { takeoverTheory } from './theory.ts';

let directory: string;
let warnings: string[];
let store: ReportStore;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'relevo-reports-'));
  warnings = [];
  store = new ReportStore(join(directory, 'reports'), (message) => warnings.push(message));
});
afterEach(() => rm(directory, { recursive: true }));

function report(id: string, startedAt: number): DrillReport {
  return {
    id,
    lab: 'tfg',
    testbed: 'tfg',
    drill: 'kill-master',
    provider: 'namespaces',
    startedAt,
    endedAt: startedAt + 1,
    options: drillOptionsSchema.parse({}),
    faultAt: startedAt,
    services: [{ target: 'web', requests: 3, failed: 1, lastGoodAt: 1, firstGoodAt: 3, outageMs: 2 }],
    events: [{ type: 'phase', at: startedAt, phase: 'done' }],
    samples: [{ target: 'web', sequence: 0, sentAt: 1, endedAt: 2, ok: true }],
    theory: takeoverTheory(2, 100, 1000),
    healed: true,
  };
}

describe('the report store', () => {
  it('gives back what was saved', async () => {
    await store.save(report('one', 1));
    expect(await store.read('one')).toEqual(report('one', 1));
  });

  it('lists summaries, the newest first', async () => {
    for (const [id, startedAt] of [
      ['b', 2],
      ['c', 3],
      ['a', 1],
    ] as const)
      await store.save(report(id, startedAt));
    const list = await store.list();
    expect(list.map((summary) => summary.id)).toEqual(['c', 'b', 'a']);
    expect(list[0]).not.toHaveProperty('samples');
    expect(list[0]).not.toHaveProperty('events');
    expect(list[0]?.services[0]?.outageMs).toBe(2);
  });

  it('is empty before the first drill', async () => {
    expect(await store.list()).toEqual([]);
    expect(warnings).toEqual([]);
  });

  it('leaves out a file that cannot be read, and says which and why', async () => {
    await store.save(report('good', 1));
    await writeFile(join(directory, 'reports', 'torn.json'), '{"id": "torn", ');
    await writeFile(join(directory, 'reports', 'other.json'), '{"id": "other"}');
    expect((await store.list()).map((summary) => summary.id)).toEqual(['good']);
    expect(warnings.length).toBe(2);
    expect(warnings.join('\n')).toMatch(/torn\.json/);
  });

  it('leaves no half-written file behind', async () => {
    await store.save(report('one', 1));
    expect(await readdir(join(directory, 'reports'))).toEqual(['one.json']);
  });

  it('says that there is no such report', async () => {
    await expect(store.read('none')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it.each(['../secret', '', '.hidden', 'a/b', 'a\u0000b'])('refuses the id %j', async (id) => {
    await expect(store.read(id)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(store.save(report(id, 1))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});
