import { describe, expect, it } from 'vitest';
import { formatAddress } from '../../engine/address.ts';
import { ForwarderBench, service } from '../../engine/ipvs/forwarder-bench.ts';
import { AnsweringServers } from './answering-servers.ts';

const MINUTE = 60_000;
const web = (...servers: string[]): ReturnType<typeof service> =>
  service('TCP', '192.168.1.202:80', Object.fromEntries(servers.map((server) => [`${server}:80`, 1])));

const table = (...services: ReturnType<typeof service>[]): Parameters<AnsweringServers['update']>[0] => {
  const bench = new ForwarderBench();
  bench.apply(...services);
  return bench.services.all();
};

describe('the servers whose answers are ours', () => {
  const names = ({ servers }: ReturnType<AnsweringServers['update']>): string[] =>
    servers.map(({ address, port }) => `${formatAddress(address)}:${port}`).sort();

  it('include those that left the table less than twenty minutes ago', () => {
    const servers = new AnsweringServers();
    servers.update(table(web('10.0.0.1', '10.0.0.2')), 0);
    expect(names(servers.update(table(web('10.0.0.2')), MINUTE))).toEqual(['10.0.0.1:80', '10.0.0.2:80']);
    expect(names(servers.update(table(web('10.0.0.2')), 20 * MINUTE))).toEqual(['10.0.0.1:80', '10.0.0.2:80']);
    expect(names(servers.update(table(web('10.0.0.2')), 22 * MINUTE))).toEqual(['10.0.0.2:80']);
  });

  it('do not count the time before a server came back', () => {
    const servers = new AnsweringServers();
    servers.update(table(web('10.0.0.1')), 0);
    servers.update(table(web()), MINUTE);
    servers.update(table(web('10.0.0.1')), 2 * MINUTE);
    expect(names(servers.update(table(web()), 30 * MINUTE))).toEqual(['10.0.0.1:80']);
    expect(names(servers.update(table(web()), 51 * MINUTE))).toEqual([]);
  });

  it('are masqueraded ones, of FTP services with all their ports', () => {
    const ftp = service('TCP', '192.168.1.202:21', { '10.0.0.3:21': 1 });
    const direct = service('TCP', '192.168.1.203:80', { '10.0.0.4:80': 1 }, 'gate');
    const services = new AnsweringServers().update(table(web('10.0.0.1'), ftp, direct), 0);
    expect(names(services)).toEqual(['10.0.0.1:80', '10.0.0.3:0']);
    expect(services.quiet.map(({ address }) => formatAddress(address))).toEqual(['192.168.1.203']);
    expect(services.noted.map(({ port }) => port).sort()).toEqual([21, 80]);
    expect(services.ftp).toHaveLength(1);
  });

  it('are not those of one-packet scheduling, which leaves no entry to know an answer by', () => {
    const dns = service('UDP', '192.168.1.202:53', { '10.0.0.5:53': 1 }, 'masq', { onePacket: true });
    const services = new AnsweringServers().update(table(web('10.0.0.1'), dns), 0);
    expect(names(services)).toEqual(['10.0.0.1:80']);
    expect(services.quiet.map(({ port }) => port)).toEqual([53]);
    expect(services.noted.map(({ port }) => port)).toEqual([80]);
  });
});
