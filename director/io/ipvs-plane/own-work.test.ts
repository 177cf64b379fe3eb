import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TableSnapshot } from '../../api/snapshot.ts';
import type { ServiceDefinition, ServiceKey, TableCommand, TableResult } from '../../api/table.ts';
import { ServiceTable } from '../../engine/ipvs/service-table.ts';
import { snapshotTable } from '../../engine/ipvs/table-snapshot.ts';
import { IpvsPlane } from './index.ts';
import { WorkJournal, type KernelWork } from './journal.ts';
import { removeKernelWork } from './leftovers.ts';

/** A table that outlives the plane, as the kernel's does. */
class Kernel {
  readonly table = new ServiceTable();
  readonly close = vi.fn();
  execute(command: TableCommand): TableResult {
    return this.table.execute(command, 0);
  }
  snapshot(): TableSnapshot {
    return snapshotTable(this.table);
  }
  connections(): never[] {
    return [];
  }
  get addresses(): string[] {
    return this.snapshot().services.map(({ address }) => address);
  }
}

const key = (address: string): ServiceKey => ({ protocol: 'TCP', address, port: 80 });
const service = (address: string): ServiceDefinition => ({
  ...key(address),
  scheduler: 'rr',
  schedulerFlags: [],
  onePacket: false,
});
const add = (address: string): TableCommand => ({ type: 'add-service', service: service(address) });
const startBackup: TableCommand = {
  type: 'start-sync',
  daemon: { role: 'backup', interface: 'lo', syncId: 1, maximumLength: 0, group: '224.0.0.81', port: 8848, ttl: 1 },
};

describe('what a director puts into the kernel’s table', () => {
  let folder: string;
  let journal: WorkJournal;
  let kernel: Kernel;
  const log = vi.fn();
  const plane = (): IpvsPlane => new IpvsPlane({ table: kernel, journal, reason: 'a test', log });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'relevo-journal-'));
    journal = new WorkJournal(join(folder, 'run', 'ipvs.json'));
    kernel = new Kernel();
    log.mockClear();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is written down before it is there, and is right afterwards', async () => {
    const seen: (KernelWork | undefined)[] = [];
    const execute = kernel.execute.bind(kernel);
    kernel.execute = (command) => {
      seen.push(journal.read());
      return execute(command);
    };
    await plane().execute([add('10.0.0.1'), startBackup]);
    const whole = { services: [key('10.0.0.1')], daemons: ['backup'] };
    expect(seen).toEqual([whole, whole]);
    expect(journal.read()).toEqual(whole);
  });

  it('is not what somebody else has put there, not even when we wanted to', async () => {
    kernel.execute(add('10.0.0.9'));
    const ours = plane();
    const spy = vi.spyOn(journal, 'write');
    const results = await ours.execute([add('10.0.0.9'), add('10.0.0.1')]);
    expect(results.map(({ ok }) => ok)).toEqual([false, true]);
    for (const [work] of spy.mock.calls) expect(work.services).toEqual([key('10.0.0.1')]);
    await ours.stop();
    expect(kernel.addresses).toEqual(['10.0.0.9']);
  });

  it('goes when it stops, with the journal; what was deleted meanwhile is not missed', async () => {
    const ours = plane();
    await ours.execute([add('10.0.0.1'), add('10.0.0.2'), add('10.0.0.3'), startBackup]);
    await ours.execute([{ type: 'delete-service', service: key('10.0.0.1') }]);
    kernel.execute({ type: 'delete-service', service: key('10.0.0.2') });
    await ours.stop();
    expect(kernel.snapshot()).toMatchObject({ services: [], syncDaemons: [] });
    expect(journal.read()).toBeUndefined();
    expect(log).not.toHaveBeenCalled();
    expect(kernel.close).toHaveBeenCalled();
  });

  it('goes at the next start when it was killed, and nothing else', async () => {
    kernel.execute(add('10.0.0.9'));
    await plane().execute([add('10.0.0.1'), add('10.0.0.2'), startBackup]);
    kernel.execute({ type: 'delete-service', service: key('10.0.0.2') });
    expect(removeKernelWork(journal, log, () => kernel)).toEqual([
      "1 virtual service of the kernel's IPVS",
      "1 sync daemon of the kernel's IPVS",
    ]);
    expect(kernel.addresses).toEqual(['10.0.0.9']);
    expect(journal.read()).toBeUndefined();
    expect(removeKernelWork(journal, log, () => kernel)).toEqual([]);
  });

  it('is gone by itself when the kernel has no IPVS any more', async () => {
    await plane().execute([add('10.0.0.1')]);
    expect(removeKernelWork(journal, log, () => undefined)).toEqual([]);
    expect(journal.read()).toBeUndefined();
  });

  it('is nothing when the journal is no journal', async () => {
    await plane().execute([add('10.0.0.1')]);
    writeFileSync(join(folder, 'run', 'ipvs.json'), '{"serv');
    expect(removeKernelWork(journal, log, () => kernel)).toEqual([]);
    expect(kernel.addresses).toEqual(['10.0.0.1']);
  });
});

describe('looking at the kernel’s table', () => {
  it('tells of changes, rests nine times as long as a look took, and ends with its last listener', () => {
    vi.useFakeTimers();
    try {
      const kernel = new Kernel();
      const looks = vi.spyOn(kernel, 'snapshot').mockImplementation(() => {
        vi.advanceTimersByTime(100);
        return snapshotTable(kernel.table);
      });
      const journal = { write: vi.fn(), remove: vi.fn() };
      const plane = new IpvsPlane({ table: kernel, journal, reason: 'a test', log: vi.fn() });
      const listener = vi.fn();
      const stop = plane.onChange(listener);
      vi.advanceTimersByTime(250);
      expect(listener).toHaveBeenCalledTimes(1);
      vi.advanceTimersByTime(899);
      expect(looks).toHaveBeenCalledTimes(1);
      vi.advanceTimersByTime(1);
      expect(looks).toHaveBeenCalledTimes(2);
      expect(listener).toHaveBeenCalledTimes(1);
      kernel.execute(add('10.0.0.1'));
      vi.advanceTimersByTime(1000);
      expect(listener).toHaveBeenCalledTimes(2);
      stop();
      vi.advanceTimersByTime(5000);
      expect(looks).toHaveBeenCalledTimes(3);
    } finally {
      vi.useRealTimers();
    }
  });
});
