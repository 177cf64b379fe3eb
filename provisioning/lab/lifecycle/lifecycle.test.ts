import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Lab } from '../lab.ts';
import { labRecordSchema } from '../lab-record.ts';
import type { OperationTracker } from '../operation-tracker.ts';
import { fakeLab, tracker } from './fake-lab.fixture.ts';
import type { FakeRuntime } from './fake-lab.fixture.ts';
import { deleteSnapshot, haltLab, listSnapshots, reloadLab, restoreSnapshot, suspendLab } from './index.ts';
import { startLab, takeSnapshot, undoStillness, upgradeLab } from './index.ts';

let lab: Lab;
let runtime: FakeRuntime;
let operation: OperationTracker;
beforeEach(async () => {
  ({ lab, runtime } = await fakeLab());
  operation = tracker(lab);
});
afterEach(() => {
  lab.release();
  rmSync(lab.record.specification.directory, { recursive: true });
});

const states = (): Record<string, string> =>
  Object.fromEntries(lab.status().nodes.map(({ name, state }) => [name, state]));
const everybody = (): string[] => lab.testbed.nodes.map(({ name }) => name);
const told = (what: string): string[] =>
  runtime.told.filter((line) => line.startsWith(`${what} `)).map((line) => line.slice(what.length + 1));
const onDisk = () =>
  labRecordSchema.parse(JSON.parse(readFileSync(join(lab.record.specification.directory, 'lab.json'), 'utf8')));
const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => (error as { code?: unknown }).code ?? String(error),
  );

describe('Halting', () => {
  it('ends storage last, and everybody once', async () => {
    const work = haltLab(lab);
    const others = everybody().filter((node) => node !== 'nas');
    expect(work.plan.steps.find(({ node }) => node === 'nas')?.after).toEqual(others.map((node) => `halt:${node}`));
    await work.run(operation);
    expect(runtime.told.at(-1)).toBe('halt nas');
    expect(told('halt').sort()).toEqual(everybody().sort());
    expect(new Set(Object.values(states()))).toEqual(new Set(['off']));
  });

  it('of some nodes leaves the others alone', async () => {
    await haltLab(lab, ['web1', 'web2']).run(operation);
    expect(runtime.told.sort()).toEqual(['halt web1', 'halt web2']);
  });

  it('of what is off says so, and of what is unknown, too', () => {
    expect(() => haltLab(lab, ['nobody'])).toThrow(/no node "nobody"/);
    runtime.told.length = 0;
    return lab.kill('web1').then(() => expect(() => haltLab(lab, ['web1'])).toThrow(/None of these nodes/));
  });

  it('that is cancelled begins nothing more', async () => {
    operation.cancel();
    expect(await codeOf(haltLab(lab).run(operation))).toBe('CANCELLED');
    expect(runtime.told).toEqual([]);
  });
});

describe('The plan of a start', () => {
  it('has storage before everybody else, and the halts of a reload before both', async () => {
    await haltLab(lab).run(operation);
    const { steps } = startLab(lab).plan;
    expect(steps.find(({ node }) => node === 'nas')?.after).toEqual([]);
    expect(steps.filter(({ node }) => node !== 'nas').every(({ after }) => after.includes('start:nas'))).toBe(true);
    const reload = reloadLab(lab, ['nas', 'web1'], true).plan.steps;
    expect(reload.map(({ id }) => id)).toEqual([
      'halt:web1',
      'halt:nas',
      'start:nas',
      'start:web1',
      'recipe:nas',
      'recipe:web1',
    ]);
    expect(reload.find(({ id }) => id === 'start:nas')?.after).toEqual(['halt:web1', 'halt:nas']);
  });
});

describe('Suspending', () => {
  it('stops all before the first is written to disk', async () => {
    await suspendLab(lab).run(operation);
    const count = everybody().length;
    expect(runtime.told.slice(0, count).every((line) => line.startsWith('freeze '))).toBe(true);
    expect(told('suspend')).toEqual(everybody());
    expect(onDisk().paused).toBeUndefined();
  });

  it('lets those go on that are not written when one fails', async () => {
    runtime.failing.add('suspend web1');
    await expect(suspendLab(lab).run(operation)).rejects.toThrow('suspend web1 failed');
    expect(states()).toMatchObject({ web1: 'running', web2: 'running' });
    expect(told('suspend').filter((node) => states()[node] === 'suspended')).toEqual(told('suspend').slice(0, -1));
  });
});

describe('A snapshot', () => {
  it('is of all machines while all stand still, and those that were off or frozen stay so', async () => {
    await lab.kill('dns3');
    await lab.freeze('web3');
    runtime.told.length = 0;
    const taken = await (await takeSnapshot(lab, 'before')).run(operation);
    const first = runtime.told.findIndex((line) => line.startsWith('take '));
    const last = runtime.told.findLastIndex((line) => line.startsWith('take '));
    expect(runtime.told.slice(0, first).every((line) => line.startsWith('freeze '))).toBe(true);
    expect(runtime.told.slice(last + 1).every((line) => line.startsWith('thaw '))).toBe(true);
    expect(told('take')).toEqual(everybody());
    expect(states()).toMatchObject({ master: 'running', dns3: 'off', web3: 'frozen' });
    expect(taken.missing).toEqual([]);
    expect(onDisk()).toMatchObject({ snapshots: [{ name: 'before', frozen: ['web3'] }] });
    expect(onDisk().paused).toBeUndefined();
  });

  it('that one machine cannot take is nobody’s, and all go on', async () => {
    runtime.failing.add('take web2');
    await expect((await takeSnapshot(lab, 'before')).run(operation)).rejects.toThrow('take web2 failed');
    expect(await listSnapshots(lab)).toEqual([]);
    expect(new Set(Object.values(states()))).toEqual(new Set(['running']));
    expect(onDisk().paused).toBeUndefined();
  });

  it('has a name of its own', async () => {
    await (await takeSnapshot(lab, 'before')).run(operation);
    expect(await codeOf(takeSnapshot(lab, 'before'))).toBe('SNAPSHOT_EXISTS');
    await lab.power.suspend('web1');
    expect(await codeOf(takeSnapshot(lab, 'other'))).toBe('LAB_BUSY');
  });

  it('brings every machine back to what it was', async () => {
    await lab.kill('dns3');
    await lab.freeze('web3');
    await (await takeSnapshot(lab, 'before')).run(operation);
    await lab.kill('web1');
    await lab.runtime.startNode('dns3');
    await (await restoreSnapshot(lab, 'before')).run(operation);
    expect(states()).toMatchObject({ master: 'running', web1: 'running', dns3: 'off', web3: 'frozen' });
    expect(told('restore off')).toEqual(['dns3']);
    const restored = runtime.told.findLastIndex((line) => line.startsWith('restore '));
    expect(runtime.told.slice(restored + 1).every((line) => line.startsWith('thaw '))).toBe(true);
  });

  it('that a machine lacks is listed with it, and not restored', async () => {
    await (await takeSnapshot(lab, 'before')).run(operation);
    await runtime.machines.deleteSnapshot('web1', 'before');
    expect(await listSnapshots(lab)).toMatchObject([{ name: 'before', missing: ['web1'] }]);
    runtime.told.length = 0;
    expect(await codeOf(restoreSnapshot(lab, 'before'))).toBe('UNKNOWN_SNAPSHOT');
    expect(runtime.told).toEqual([]);
    await (await deleteSnapshot(lab, 'before')).run(operation);
    expect(told('delete')).toEqual(everybody().filter((node) => node !== 'web1'));
    expect(await listSnapshots(lab)).toEqual([]);
    expect(await codeOf(deleteSnapshot(lab, 'before'))).toBe('UNKNOWN_SNAPSHOT');
  });

  it('of an engine that died meanwhile does not leave the machines standing', async () => {
    for (const node of ['master', 'web1']) await lab.freeze(node);
    lab.record = { ...lab.record, paused: ['master', 'web1'] };
    await undoStillness(lab);
    expect(told('thaw').sort()).toEqual(['master', 'web1']);
    expect(onDisk().paused).toBeUndefined();
  });
});

describe('Nodes that are no machines', () => {
  it('have neither memory nor disk of their own, and say what would', async () => {
    Object.assign(runtime, { machines: undefined });
    for (const work of [() => suspendLab(lab), () => reloadLab(lab, undefined, false)])
      expect(work).toThrow(/cannot be (suspended|reloaded)/);
    for (const work of [takeSnapshot(lab, 'a'), listSnapshots(lab), upgradeLab(lab)])
      expect(await codeOf(work)).toBe('UNSUPPORTED');
  });
});
