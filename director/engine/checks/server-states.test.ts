import { beforeEach, describe, expect, it } from 'vitest';
import type { CheckConfiguration, NotifyCommand, SorryServerConfiguration } from './configuration.ts';
import { realServer, tcpCheck, virtualServer, VirtualNetwork } from './testing.ts';

const run = (...command: string[]): NotifyCommand => ({ command });
const sorry: SorryServerConfiguration = {
  address: '10.0.100.99',
  port: 53,
  forwarding: 'masq',
  weight: 1,
  inhibit: false,
};
const [first, second, third] = ['10.0.100.5', '10.0.100.6', '10.0.100.7'] as const;
const three = () => [realServer(first), realServer(second), realServer(third)];
const service = { protocol: 'UDP', address: '192.168.1.200', port: 53 } as const;

let network: VirtualNetwork;
beforeEach(() => {
  network = new VirtualNetwork();
});

/** Lets the servers fail or return and waits until that has been noticed. */
function become(change: { dead?: string[]; well?: string[] }): void {
  for (const address of change.dead ?? []) network.refusing.add(address);
  for (const address of change.well ?? []) network.refusing.delete(address);
  network.advance(5000);
}

describe('sorry server and quorum (keepalived)', () => {
  it('comes when the last server fails and leaves when one returns', () => {
    network.configure(virtualServer(three(), { sorryServer: sorry }));
    become({ dead: [first, second] });
    expect(network.table()).toEqual(['10.0.100.7 1']);
    become({ dead: [third] });
    expect(network.table()).toEqual(['10.0.100.99 1']);
    become({ well: [second] });
    expect(network.table()).toEqual(['10.0.100.6 1']);
  });

  it('with quorum 2 and hysteresis 1 of weights 1, 1, 1: lost below 1, gained from 3', () => {
    const notify = { quorumUp: run('gained'), quorumDown: run('lost') };
    network.configure(virtualServer(three(), { quorum: 2, hysteresis: 1, sorryServer: sorry, ...notify }));
    become({ dead: [first, second] });
    expect(network.table()).toEqual(['10.0.100.7 1']);
    become({ dead: [third] });
    expect(network.table()).toEqual(['10.0.100.99 1']);
    become({ well: [first, third] });
    expect(network.table()).toEqual(['10.0.100.99 1']);
    become({ well: [second] });
    expect(network.table()).toEqual(['10.0.100.5 1', '10.0.100.6 1', '10.0.100.7 1']);
    expect(network.notified).toEqual([
      '(quorum down)',
      'lost',
      '(sorry-server up)',
      '(quorum up)',
      'gained',
      '(sorry-server down)',
    ]);
  });

  it('removes the servers that are still up when the quorum is lost', () => {
    network.configure(virtualServer(three(), { quorum: 2, sorryServer: sorry }));
    become({ dead: [first, second] });
    expect(network.table()).toEqual(['10.0.100.99 1']);
  });

  it('without a sorry server a lost quorum leaves the table alone', () => {
    network.configure(virtualServer(three(), { quorum: 3 }));
    become({ dead: [first] });
    expect(network.table()).toEqual(['10.0.100.6 1', '10.0.100.7 1']);
    expect(network.notified).toEqual(['(quorum down)']);
  });

  it('sorry_server_inhibit keeps it in the table with weight 0', () => {
    network.configure(virtualServer([realServer(first)], { sorryServer: { ...sorry, weight: 5, inhibit: true } }));
    expect(network.table()).toEqual(['10.0.100.5 1', '10.0.100.99 0']);
    become({ dead: [first] });
    expect(network.table()).toEqual(['10.0.100.99 5']);
    become({ well: [first] });
    expect(network.table()).toEqual(['10.0.100.99 0', '10.0.100.5 1']);
  });

  it('inhibited servers have weight 0 while the sorry server works', () => {
    const inhibited = three().map((server) => ({ ...server, inhibitOnFailure: true }));
    network.configure(virtualServer(inhibited, { quorum: 2, sorryServer: sorry }));
    become({ dead: [first, second] });
    expect(network.table()).toEqual(['10.0.100.5 0', '10.0.100.6 0', '10.0.100.7 0', '10.0.100.99 1']);
  });

  it('alpha starts with the sorry server', () => {
    const alpha = [realServer(first, { startsDown: true })];
    network.configure(virtualServer(alpha, { sorryServer: sorry }));
    expect(network.table()).toEqual(['10.0.100.99 1']);
    network.advance(0);
    expect(network.table()).toEqual(['10.0.100.5 1']);
  });
});

describe("ldirectord's fallback", () => {
  const fallback = { ...sorry, enters: 'none-up' } as const;

  it('comes only when no server is up', () => {
    network.configure(virtualServer(three(), { quorum: 3, sorryServer: fallback }));
    become({ dead: [first, second] });
    expect(network.table()).toEqual(['10.0.100.7 1']);
    become({ dead: [third] });
    expect(network.table()).toEqual(['10.0.100.99 1']);
  });

  it('a server of weight 0 is up all the same', () => {
    network.configure(virtualServer([realServer(first, { weight: 0 })], { sorryServer: fallback }));
    network.advance(5000);
    expect(network.table()).toEqual(['10.0.100.5 0']);
  });

  it('has its command run with it, whatever the weights: at the start too', () => {
    const servers = [realServer(first, { weight: 0, startsDown: true })];
    const commands = { quorumUp: run('fallback', 'stop'), quorumDown: run('fallback', 'start') };
    network.configure(virtualServer(servers, { sorryServer: fallback, ...commands }));
    expect(network.notified).toEqual(['(quorum down)', 'fallback start', '(sorry-server up)']);
    network.advance(5000);
    become({ dead: [first] });
    expect(network.notified.filter((line) => !line.startsWith('('))).toEqual([
      'fallback start',
      'fallback stop',
      'fallback start',
    ]);
  });
});

describe('notifications', () => {
  const told = { notifyUp: run('up', 'a'), notifyDown: run('down', 'a') };

  it('run when a server turns', () => {
    network.configure(virtualServer([realServer(first, told)]));
    become({ dead: [first] });
    become({ well: [first] });
    expect(network.notified.filter((line) => !line.startsWith('('))).toEqual(['down a', 'up a']);
  });

  it('with alpha a first failure is told too', () => {
    network.refusing.add(first);
    network.configure(virtualServer([realServer(first, { ...told, startsDown: true })]));
    network.advance(999);
    expect(network.notified).toEqual([]);
    network.advance(1);
    expect(network.notified).toEqual(['down a']);
  });

  it('with omega the end of the director is told: servers, then the quorum with the one it needed', () => {
    const servers = [realServer(first, told), realServer(second, { notifyDown: run('down', 'b') })];
    const changes = { quorum: 2, quorumDown: run('lost'), notifiesOnStop: true };
    network.configure(virtualServer(servers, changes));
    network.take(network.checker.stop());
    expect(network.notified).toEqual(['down a', 'lost', 'down b']);
  });

  it('without omega it is not', () => {
    network.configure(virtualServer([realServer(first, told)], { quorumDown: run('lost') }));
    network.take(network.checker.stop());
    expect(network.notified).toEqual([]);
    expect(network.checker.nextTimeoutAt).toBe(Infinity);
  });
});

describe('weights and modes', () => {
  const timing = { intervalMs: 1000, timeoutMs: 500, retries: 0, delayBeforeRetryMs: 0, warmupMs: 0 };
  const script: CheckConfiguration = { ...timing, kind: 'MISC_CHECK', command: ['/bin/true'], dynamicWeight: true };
  const load: CheckConfiguration = { ...timing, kind: 'LOAD', command: ['/usr/bin/uptime'] };
  const agent: CheckConfiguration = { ...timing, kind: 'AGENT_CHECK', address: first, port: 9999, send: '' };

  it('misc_dynamic sets the weight, and a reload keeps it', () => {
    const configuration = virtualServer([realServer(first, { checks: [script] })]);
    network.answers.set('MISC_CHECK', { ok: true, reason: 'exit code 12', weight: { type: 'set', weight: 10 } });
    network.configure(configuration);
    network.advance(0);
    expect(network.table()).toEqual(['10.0.100.5 10']);
    expect(network.checker.serverStatus()[0]?.reason).toBe('weight 1 → 10');
    network.configure(configuration);
    expect(network.table()).toEqual(['10.0.100.5 10']);
  });

  it('load scales weights in hundredths and never takes a server down', () => {
    network.answers.set('LOAD', { ok: true, reason: 'load 1.5', weight: { type: 'share', share: 100 / 2.5 } });
    network.configure(virtualServer([realServer(first, { weight: 2, checks: [load] })]));
    expect(network.table()).toEqual(['10.0.100.5 200']);
    network.advance(0);
    expect(network.table()).toEqual(['10.0.100.5 80']);
    network.answers.set('LOAD', { ok: false, reason: 'exit code 1' });
    network.advance(10_000);
    expect(network.table()).toEqual(['10.0.100.5 80']);
  });

  it('an agent drains, returns, weighs, and takes the server down at once', () => {
    network.configure(virtualServer([realServer(first, { weight: 8, checks: [{ ...agent, retries: 3 }] })]));
    const say = (agentNews: object, weight?: number): string[] => {
      const share = weight === undefined ? {} : { weight: { type: 'share', share: weight } as const };
      network.answers.set('AGENT_CHECK', { ok: true, reason: 'the agent says so', agent: agentNews, ...share });
      network.advance(1000);
      return network.table();
    };
    expect(say({}, 0.75)).toEqual(['10.0.100.5 6']);
    expect(say({ mode: 'drain' })).toEqual(['10.0.100.5 0']);
    expect(say({ mode: 'maintenance' })).toEqual([]);
    expect(say({ mode: 'ready' })).toEqual(['10.0.100.5 6']);
    expect(say({ up: false })).toEqual([]);
    expect(say({ up: true })).toEqual(['10.0.100.5 6']);
  });

  it("a person's choice counts more than a check, says why, and survives a reload", () => {
    const configuration = virtualServer([realServer(first), realServer(second)]);
    network.configure(configuration);
    network.take(network.checker.setMode(service, { address: first, port: 53 }, 'drain', 'drained by root', 0) ?? []);
    expect(network.table()).toEqual(['10.0.100.5 0', '10.0.100.6 1']);
    expect(network.checker.serverStatus()[0]).toMatchObject({ mode: 'drain', reason: 'drained by root', up: true });
    network.take(network.checker.setMode(service, { address: first, port: 53 }, 'maintenance', 'disk', 0) ?? []);
    expect(network.table()).toEqual(['10.0.100.6 1']);
    network.configure(configuration);
    expect(network.table()).toEqual(['10.0.100.6 1']);
    network.take(network.checker.setMode(service, { address: first, port: 53 }, 'ready', '', 0) ?? []);
    expect(network.table()).toEqual(['10.0.100.6 1', '10.0.100.5 1']);
    expect(network.checker.setMode(service, { address: '10.9.9.9', port: 53 }, 'drain', '', 0)).toBeUndefined();
  });

  it("a person's weight stands until it is taken back", () => {
    network.configure(virtualServer([realServer(first, { weight: 3 })]));
    network.take(network.checker.setWeight(service, { address: first, port: 53 }, 9, 0) ?? []);
    expect(network.table()).toEqual(['10.0.100.5 9']);
    network.take(network.checker.setWeight(service, { address: first, port: 53 }, undefined, 0) ?? []);
    expect(network.table()).toEqual(['10.0.100.5 3']);
  });

  it('files of the maintenance directory take servers out by address, with or without port, or by name', () => {
    network.configure(virtualServer(three(), { maintenanceDirectory: '/etc/ha.d/out' }));
    expect(network.checker.maintenanceDirectories).toEqual(['/etc/ha.d/out']);
    const names = (address: string): string[] => (address === third ? ['web3.example.org', 'web3'] : []);
    const look = (...files: string[]): string[] => {
      network.take(network.checker.maintenance('/etc/ha.d/out', new Set(files), names, 0));
      return network.table();
    };
    expect(look(`${first}:53`)).toEqual(['10.0.100.6 1', '10.0.100.7 1']);
    expect(look(second, `${first}:80`)).toEqual(['10.0.100.7 1', '10.0.100.5 1']);
    expect(look('web3:53')).toEqual(['10.0.100.5 1', '10.0.100.6 1']);
  });
});

describe('checktimeoutN', () => {
  it('connects N times and then negotiates once; after a failure negotiates until that succeeds', () => {
    const connect = tcpCheck(first, { warmupMs: 0, intervalMs: 1000, delayBeforeRetryMs: 1000 });
    const negotiate: CheckConfiguration = {
      ...connect,
      kind: 'NEGOTIATE',
      service: 'smtp',
      request: '',
      receive: '',
      login: '',
      password: '',
      database: '',
    };
    const server = realServer(first, { checks: [connect, negotiate], connectsPerNegotiate: 3 });
    network.configure(virtualServer([server]));
    network.advance(4000);
    const kinds = () => network.attempts.splice(0).map((line) => (line.endsWith('TCP_CHECK') ? 'c' : 'n'));
    expect(kinds().join('')).toBe('ncccn');
    network.refusing.add(first);
    network.advance(3000);
    expect(kinds().join('')).toBe('cnn');
    expect(network.table()).toEqual([]);
    network.refusing.clear();
    network.advance(2000);
    expect(kinds().join('')).toBe('nc');
    expect(network.table()).toEqual(['10.0.100.5 1']);
  });
});

describe('a reload', () => {
  it('takes changed times without forgetting failures, and starts a changed check anew', () => {
    const configure = (check: Partial<ReturnType<typeof tcpCheck>>): void =>
      network.configure(virtualServer([realServer(first, { checks: [tcpCheck(first, { retries: 5, ...check })] })]));
    configure({});
    network.refusing.add(first);
    network.advance(4000);
    expect(network.table()).toHaveLength(1);
    configure({ retries: 1 });
    network.advance(1000);
    expect(network.table()).toHaveLength(0);
    configure({ port: 8053 });
    expect(network.table()).toHaveLength(1);
  });

  it('aborts the attempts of checks that left, and tells that their servers went', () => {
    network.silent.add(first);
    const told = realServer(first, { notifyDown: run('gone') });
    network.configure(virtualServer([told, realServer(second)]));
    network.advance(0);
    const actions = network.checker.configure([virtualServer([realServer(second)])], 1);
    expect(actions.map(({ type }) => type)).toEqual(['abort', 'notify', 'table']);
    expect(network.checker.configure([], 2)).toEqual([{ type: 'table' }]);
  });

  it('a sorry server that left the file gives the place back', () => {
    network.configure(virtualServer(three(), { quorum: 2, sorryServer: sorry }));
    become({ dead: [first, second] });
    expect(network.table()).toEqual(['10.0.100.99 1']);
    network.configure(virtualServer(three(), { quorum: 2 }));
    expect(network.table()).toEqual(['10.0.100.7 1']);
  });
});

it('a verdict of the file needs no attempt', () => {
  const timing = { intervalMs: 1000, timeoutMs: 500, retries: 0, delayBeforeRetryMs: 0, warmupMs: 0 };
  const off: CheckConfiguration = { ...timing, kind: 'FIXED', up: false };
  network.configure(virtualServer([realServer(first, { checks: [off], startsDown: true })]));
  network.advance(5000);
  expect(network.attempts).toEqual([]);
  expect(network.checker.status()[0]).toMatchObject({ up: false, reason: 'taken as down without a check' });
});
