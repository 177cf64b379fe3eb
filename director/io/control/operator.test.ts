import { beforeEach, describe, expect, it } from 'vitest';
import type { ServerDefinition, TableCommand } from '../../api/table.ts';
import { ServiceTable } from '../../engine/ipvs/service-table.ts';
import { snapshotTable } from '../../engine/ipvs/table-snapshot.ts';
import { Operator, type CheckedServers } from './operator.ts';

const service = { protocol: 'TCP', address: '10.0.0.1', port: 80 } as const;
const server = { address: '10.0.1.1', port: 80 };
const definition: ServerDefinition = {
  ...server,
  forwarding: 'gate',
  weight: 5,
  upperThreshold: 9,
  lowerThreshold: 0,
};

/** No configuration has any server. */
const nobody: CheckedServers = { setMode: () => false, setWeight: () => false };

let table: ServiceTable;
let operator: Operator;
const execute = (...commands: TableCommand[]) => commands.map((command) => table.execute(command, 0));
const weights = (): number[] =>
  snapshotTable(table).services.flatMap(({ realServers }) => realServers.map(({ weight }) => weight));

beforeEach(() => {
  table = new ServiceTable();
  execute(
    { type: 'add-service', service: { ...service, scheduler: 'rr', schedulerFlags: [], onePacket: false } },
    { type: 'add-server', service, server: definition },
  );
  const access = {
    table: () => snapshotTable(table),
    execute: (commands: readonly TableCommand[]) => Promise.resolve(execute(...commands)),
  };
  operator = new Operator(nobody, access);
});

describe('a server that ipvsadm added', () => {
  it('is drained and gets its weight back, however often it was drained', async () => {
    await operator.drain(service, server);
    await operator.drain(service, server);
    expect(weights()).toEqual([0]);
    await operator.enable(service, server);
    expect(weights()).toEqual([5]);
  });

  it('keeps method and thresholds under another weight', async () => {
    await operator.weight(service, server, 7);
    const [found] = snapshotTable(table).services[0]?.realServers ?? [];
    expect(found).toMatchObject({ weight: 7, forwarding: 'gate', upperThreshold: 9 });
  });

  it('is taken out and comes back as it was', async () => {
    await operator.maintenance(service, server);
    expect(weights()).toEqual([]);
    await operator.enable(service, server);
    expect(snapshotTable(table).services[0]?.realServers[0]).toMatchObject(definition);
  });

  it('is missed when it is not there', async () => {
    const missing = { address: '10.0.1.9', port: 80 };
    for (const method of ['drain', 'maintenance', 'enable'] as const)
      await expect(operator[method](service, missing)).rejects.toMatchObject({ code: 'no-such-server' });
    await expect(operator.weight(service, missing, 1)).rejects.toMatchObject({ code: 'no-such-server' });
  });

  it('cannot come back into a service that has gone', async () => {
    await operator.maintenance(service, server);
    execute({ type: 'delete-service', service });
    await expect(operator.enable(service, server)).rejects.toMatchObject({ code: 'refused' });
  });
});

describe('a server of the configuration', () => {
  it('is left to the checks, which remember what was said', async () => {
    const said: unknown[] = [];
    const checked: CheckedServers = {
      setMode: (_, place, mode) => said.push([place.address, mode]) > 0,
      setWeight: (_, place, weight) => said.push([place.address, weight]) > 0,
    };
    const access = { table: () => snapshotTable(table), execute: () => Promise.reject(new Error('not the table')) };
    const boss = new Operator(checked, access);
    await boss.drain(service, server);
    await boss.maintenance(service, server);
    await boss.weight(service, server, 3);
    await boss.enable(service, server);
    expect(said).toEqual([
      ['10.0.1.1', 'drain'],
      ['10.0.1.1', 'maintenance'],
      ['10.0.1.1', 3],
      ['10.0.1.1', 'ready'],
      ['10.0.1.1', undefined],
    ]);
  });
});
