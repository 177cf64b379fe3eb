import { describe, expect, it } from 'vitest';
import type { ServerDefinition, ServiceDefinition } from '../../api/table.ts';
import type { WantedService } from '../checks/checker.ts';
import { ServiceTable } from '../ipvs/service-table.ts';
import { repair, tableChanges } from './diff.ts';

const server = (address: string, fields: Partial<ServerDefinition> = {}): ServerDefinition => ({
  address,
  port: 80,
  forwarding: 'masq',
  weight: 1,
  upperThreshold: 0,
  lowerThreshold: 0,
  ...fields,
});
const web = (servers: ServerDefinition[], fields: Partial<ServiceDefinition> = {}): WantedService => ({
  service: {
    protocol: 'TCP',
    address: '10.0.0.100',
    port: 80,
    scheduler: 'rr',
    schedulerFlags: [],
    onePacket: false,
    ...fields,
  },
  servers,
});
const key = { protocol: 'TCP', address: '10.0.0.100', port: 80 } as const;

describe('the way from one table to another', () => {
  it('adds a service with its servers in their order', () => {
    const wanted = web([server('10.0.1.1'), server('10.0.1.2')]);
    expect(tableChanges([], [wanted])).toEqual([
      { type: 'add-service', service: wanted.service },
      { type: 'add-server', service: key, server: wanted.servers[0] },
      { type: 'add-server', service: key, server: wanted.servers[1] },
    ]);
  });

  it('says nothing when nothing changed, also where a field is absent on one side', () => {
    const one = web([server('10.0.1.1')]);
    const same = web([server('10.0.1.1')]);
    Object.assign(same.service, { persistence: undefined });
    expect(tableChanges([one], [same])).toEqual([]);
  });

  it('edits weight, method and thresholds in place', () => {
    const next = server('10.0.1.1', { weight: 0, upperThreshold: 9 });
    expect(tableChanges([web([server('10.0.1.1')])], [web([next])])).toEqual([
      { type: 'edit-server', service: key, server: next },
    ]);
  });

  it('edits the scheduler and persistence in place', () => {
    const next = web([], { scheduler: 'wlc', persistence: { timeoutSeconds: 50, mask: '255.255.255.0' } });
    expect(tableChanges([web([])], [next])).toEqual([{ type: 'edit-service', service: next.service }]);
    const other = web([], { scheduler: 'wlc', persistence: { timeoutSeconds: 60, mask: '255.255.255.0' } });
    expect(tableChanges([next], [other])).toEqual([{ type: 'edit-service', service: other.service }]);
  });

  it('takes away what left before it adds what came', () => {
    const commands = tableChanges([web([server('10.0.1.1')])], [web([server('10.0.1.2')])]);
    expect(commands.map(({ type }) => type)).toEqual(['delete-server', 'add-server']);
    const moved = tableChanges([web([])], [web([], { port: 81 })]);
    expect(moved.map(({ type }) => type)).toEqual(['delete-service', 'add-service']);
  });

  it('knows services of marks by mark and family', () => {
    const marked = (mark: number, address = '0.0.0.0'): WantedService =>
      web([], { protocol: 'FWM', address, port: 0, mark });
    expect(tableChanges([marked(7)], [marked(7)])).toEqual([]);
    expect(tableChanges([marked(7)], [marked(7, '::')]).map(({ type }) => type)).toEqual([
      'delete-service',
      'add-service',
    ]);
  });
});

describe('a table that somebody else has changed as well', () => {
  /** What a plane would do with the commands, repairs included. */
  const perform = (table: ServiceTable, before: WantedService[], wanted: WantedService[]): string[] => {
    const queue = tableChanges(before, wanted);
    const hopeless: string[] = [];
    for (let command = queue.shift(); command; command = queue.shift()) {
      const result = table.execute(command, 0);
      if (result.ok) continue;
      const more = repair(command, result.errno, wanted);
      if (more === 'hopeless') hopeless.push(result.errno);
      else queue.unshift(...more);
    }
    return hopeless;
  };
  const servers = (table: ServiceTable): number[] => table.all().map(({ destinations }) => destinations.length);

  it('gets back a service that was deleted', () => {
    const table = new ServiceTable();
    const before = [web([server('10.0.1.1'), server('10.0.1.2')])];
    expect(perform(table, [], before)).toEqual([]);
    table.execute({ type: 'flush' }, 0);
    const wanted = [web([server('10.0.1.1', { weight: 5 }), server('10.0.1.2')])];
    expect(perform(table, before, wanted)).toEqual([]);
    expect(servers(table)).toEqual([2]);
  });

  it('takes over what is there already and keeps what others added', () => {
    const table = new ServiceTable();
    perform(table, [], [web([server('10.0.1.1'), server('10.0.1.9')])]);
    expect(perform(table, [], [web([server('10.0.1.1', { weight: 3 })])])).toEqual([]);
    expect(servers(table)).toEqual([2]);
    expect(perform(table, [web([server('10.0.1.1')])], [web([])])).toEqual([]);
    expect(servers(table)).toEqual([1]);
  });

  it('gives up what no table takes', () => {
    const table = new ServiceTable();
    expect(perform(table, [], [web([], { scheduler: 'none-such' })])).toEqual(['ENOENT']);
  });
});
