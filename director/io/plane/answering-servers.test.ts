import { describe, expect, it } from 'vitest';
import { service } from '../../engine/ipvs/forwarder-bench.ts';
import { AnsweringServers } from './answering-servers.ts';

const MINUTE = 60_000;
const web = (...servers: string[]): ReturnType<typeof service> =>
  service('TCP', '192.168.1.202:80', Object.fromEntries(servers.map((server) => [`${server}:80`, 1])));

describe('the servers whose answers are ours', () => {
  const names = (servers: readonly { address: string }[]): string[] => servers.map(({ address }) => address).sort();

  it('include those that left the table less than twenty minutes ago', () => {
    const servers = new AnsweringServers();
    servers.update([web('10.0.0.1', '10.0.0.2')], 0);
    expect(names(servers.update([web('10.0.0.2')], MINUTE))).toEqual(['10.0.0.1', '10.0.0.2']);
    expect(names(servers.update([web('10.0.0.2')], 20 * MINUTE))).toEqual(['10.0.0.1', '10.0.0.2']);
    expect(names(servers.update([web('10.0.0.2')], 22 * MINUTE))).toEqual(['10.0.0.2']);
  });

  it('do not count the time before a server came back', () => {
    const servers = new AnsweringServers();
    servers.update([web('10.0.0.1')], 0);
    servers.update([web()], MINUTE);
    servers.update([web('10.0.0.1')], 2 * MINUTE);
    expect(names(servers.update([web()], 30 * MINUTE))).toEqual(['10.0.0.1']);
    expect(names(servers.update([web()], 51 * MINUTE))).toEqual([]);
  });
});
