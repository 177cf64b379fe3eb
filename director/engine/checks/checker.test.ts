import { beforeEach, describe, expect, it } from 'vitest';
import { Checker } from './checker.ts';
import type { RealServerConfiguration } from './configuration.ts';
import type { WeightNews } from './result.ts';
import { realServer as server, tcpCheck as check, virtualServer, VirtualNetwork } from './testing.ts';

const dns = (...realServers: RealServerConfiguration[]) => [virtualServer(realServers)];
const three = () => dns(server('10.0.100.5'), server('10.0.100.6'), server('10.0.100.7'));

let network: VirtualNetwork;
beforeEach(() => {
  network = new VirtualNetwork();
});

describe('TCP_CHECK', () => {
  it('takes servers as up before the first check, as keepalived does without alpha', () => {
    network.checker.configure(three(), 0);
    expect(network.table()).toEqual(['10.0.100.5 1', '10.0.100.6 1', '10.0.100.7 1']);
  });

  it('with alpha a server joins after its first success', () => {
    network.take(network.checker.configure(dns(server('10.0.100.5', { startsDown: true })), 0));
    expect(network.table()).toEqual([]);
    network.advance(0);
    expect(network.table()).toEqual(['10.0.100.5 1']);
  });

  it('spreads first attempts over the warm-up time', () => {
    const chances = [0.25, 0.5, 0.75];
    const checker = new Checker(() => chances.shift() ?? 0);
    checker.configure(three(), 1000);
    expect(checker.nextTimeoutAt).toBe(1750);
  });

  it('a server that refuses leaves after the retry, a second later', () => {
    network.checker.configure(three(), 0);
    network.refusing.add('10.0.100.6');
    network.advance(999);
    expect(network.table()).toHaveLength(3);
    network.advance(1);
    expect(network.table()).toEqual(['10.0.100.5 1', '10.0.100.7 1']);
    expect(network.said).toEqual(['1000 10.0.100.6 down']);
  });

  it('a server that is silent leaves within interval, two time-outs and the pause between: ten seconds for the document', () => {
    network.checker.configure(three(), 0);
    network.advance(10);
    network.silent.add('10.0.100.5');
    network.advance(9989);
    expect(network.table()).toHaveLength(3);
    network.advance(1);
    expect(network.said).toEqual(['10000 10.0.100.5 down']);
    expect(network.checker.status()[0]).toMatchObject({ up: false, reason: 'no answer in 3000 ms, 2 times in a row' });
  });

  it('one failure between successes changes nothing', () => {
    network.checker.configure(three(), 0);
    network.refusing.add('10.0.100.5');
    network.advance(500);
    network.refusing.clear();
    network.advance(60_000);
    expect(network.said).toEqual([]);
  });

  it('a server that answers again returns at the next check, at the end of the list', () => {
    network.checker.configure(three(), 0);
    network.refusing.add('10.0.100.5');
    network.advance(5000);
    network.refusing.clear();
    network.advance(3000);
    expect(network.table()).toEqual(['10.0.100.6 1', '10.0.100.7 1', '10.0.100.5 1']);
    expect(network.said).toEqual(['1000 10.0.100.5 down', '7000 10.0.100.5 up']);
  });

  it('an answer after the time-out counts for nothing', () => {
    network.checker.configure(three(), 0);
    const [connect] = network.checker.tick(0);
    if (connect?.type !== 'start') throw new Error('no attempt was made');
    const late = network.checker.tick(3000);
    expect(late).toContainEqual({ type: 'abort', key: connect.key, attempt: connect.attempt });
    network.checker.finish(connect.key, connect.attempt, { ok: true, reason: 'late' }, 3001);
    expect(network.checker.status()[0]?.reason).toBe('no answer in 3000 ms; trying again, 1 of 1');
  });

  it('inhibit_on_failure keeps a failed server in the table with weight 0', () => {
    network.checker.configure(
      dns(server('10.0.100.5', { inhibitOnFailure: true, weight: 7 }), server('10.0.100.6')),
      0,
    );
    network.refusing.add('10.0.100.5');
    network.advance(5000);
    expect(network.table()).toEqual(['10.0.100.5 0', '10.0.100.6 1']);
    network.refusing.clear();
    network.advance(5000);
    expect(network.table()).toEqual(['10.0.100.5 7', '10.0.100.6 1']);
  });

  it('a server with two checks is up when both are', () => {
    const both = [check('10.0.100.5'), check('10.0.100.9', { retries: 0 })];
    network.checker.configure(dns(server('10.0.100.5', { checks: both })), 0);
    network.refusing.add('10.0.100.9');
    network.advance(100);
    expect(network.table()).toEqual([]);
    network.refusing.clear();
    network.advance(3000);
    expect(network.table()).toEqual(['10.0.100.5 1']);
  });

  it('a server without checks is always in the table', () => {
    network.checker.configure(dns(server('10.0.100.5', { checks: [] })), 0);
    expect(network.checker.nextTimeoutAt).toBe(Infinity);
    expect(network.table()).toEqual(['10.0.100.5 1']);
  });
});

describe('a reload', () => {
  it('keeps verdicts and the order of servers, and takes new weights', () => {
    network.checker.configure(three(), 0);
    network.refusing.add('10.0.100.5');
    network.advance(2000);
    network.refusing.clear();
    network.refusing.add('10.0.100.6');
    network.advance(6000);
    expect(network.table()).toEqual(['10.0.100.7 1', '10.0.100.5 1']);
    const next = ['10.0.100.5', '10.0.100.6', '10.0.100.7', '10.0.100.8'].map((address) =>
      server(address, { weight: 3 }),
    );
    network.checker.configure(dns(...next), network.now);
    expect(network.table()).toEqual(['10.0.100.7 3', '10.0.100.5 3', '10.0.100.8 3']);
  });
});

describe('reentry', () => {
  const reentering = (changes = {}) =>
    dns(
      server('10.0.100.5', {
        checks: [check('10.0.100.5', { warmupMs: 0, retries: 0, reentryMs: 10_000, ...changes })],
      }),
    );

  it('a server that was found down comes back when it has been well for so long', () => {
    network.configure(...reentering());
    network.refusing.add('10.0.100.5');
    network.advance(0);
    expect(network.table()).toEqual([]);
    network.refusing.clear();
    // Seen at 3000, 6000, 9000, 12000 and at 15000, when it is long enough.
    network.advance(14_999);
    expect(network.table()).toEqual([]);
    expect(network.checker.status()[0]?.reason).toBe('connected in 0.5 ms; well for 9000 ms, 10000 are needed');
    network.advance(1);
    expect(network.table()).toEqual(['10.0.100.5 1']);
  });

  it('one failure in between, and it waits from the beginning', () => {
    network.configure(...reentering());
    network.refusing.add('10.0.100.5');
    network.advance(0);
    network.refusing.clear();
    network.advance(11_000);
    network.refusing.add('10.0.100.5');
    network.advance(3000);
    network.refusing.clear();
    network.advance(12_000);
    expect(network.table()).toEqual([]);
    network.advance(1000);
    expect(network.table()).toEqual(['10.0.100.5 1']);
  });

  it('none at the start: a server that starts down joins with its first success', () => {
    network.configure(
      ...dns(server('10.0.100.5', { startsDown: true, checks: reentering()[0]?.realServers[0]?.checks ?? [] })),
    );
    network.advance(0);
    expect(network.table()).toEqual(['10.0.100.5 1']);
  });

  it('goes on over a reload, with the new time', () => {
    network.configure(...reentering());
    network.refusing.add('10.0.100.5');
    network.advance(0);
    network.refusing.clear();
    network.advance(9000);
    network.configure(...reentering({ reentryMs: 1000 }));
    expect(network.table()).toEqual([]);
    network.advance(3000);
    expect(network.table()).toEqual(['10.0.100.5 1']);
  });
});

describe('a fallback command without a fallback', () => {
  const commands = { quorumUp: { command: ['stop'] }, quorumDown: { command: ['start'] } };
  const service = (weight: number) =>
    virtualServer([server('10.0.100.5', { startsDown: true, weight, checks: [check('10.0.100.5', { retries: 0 })] })], {
      ...commands,
      quorumCounts: 'servers',
    });

  it('is told start at the beginning, stop with the first server, start without the last, whatever the weight', () => {
    network.configure(service(0));
    expect(network.notified).toEqual(['(quorum down)', 'start']);
    network.advance(0);
    expect(network.notified).toEqual(['(quorum down)', 'start', '(quorum up)', 'stop']);
    network.refusing.add('10.0.100.5');
    network.advance(3000);
    expect(network.notified.slice(4)).toEqual(['(quorum down)', 'start']);
    expect(network.table()).toEqual([]);
  });

  it('hears nothing of a reload that changes nothing', () => {
    network.configure(service(1));
    network.advance(0);
    network.notified.length = 0;
    network.configure(service(1));
    expect(network.notified).toEqual([]);
  });
});

describe('weights that checks give', () => {
  const timing = { intervalMs: 250, timeoutMs: 1000, retries: 0, delayBeforeRetryMs: 0, warmupMs: 0 };
  const file = { ...timing, kind: 'FILE_CHECK', name: 'load', path: '/run/load', weight: 1, reverse: false } as const;
  const script = { ...timing, kind: 'MISC_CHECK', command: ['x'], dynamicWeight: true } as const;
  const two = (weight = 10) => dns(server('10.0.100.5', { weight, checks: [file, script] }));
  const say = (kind: 'FILE_CHECK' | 'MISC_CHECK', weight: WeightNews): void => {
    network.answers.set(kind, { ok: true, reason: 'x', weight });
  };

  it('several are added up, each as the difference that it makes, as in keepalived', () => {
    say('FILE_CHECK', { type: 'add', amount: -3 });
    say('MISC_CHECK', { type: 'set', weight: 15 });
    network.configure(...two());
    network.advance(0);
    expect(network.table()).toEqual(['10.0.100.5 12']);
    say('FILE_CHECK', { type: 'add', amount: -40 });
    network.advance(250);
    expect(network.table()).toEqual(['10.0.100.5 0']);
    say('FILE_CHECK', { type: 'add', amount: 2 });
    say('MISC_CHECK', { type: 'configured' });
    network.advance(250);
    expect(network.table()).toEqual(['10.0.100.5 12']);
  });

  it('a check that fails takes what it gave with it, and so does one that is no more', () => {
    say('FILE_CHECK', { type: 'add', amount: 5 });
    say('MISC_CHECK', { type: 'set', weight: 20 });
    network.configure(...two());
    network.advance(0);
    expect(network.checker.serverStatus()[0]).toMatchObject({ up: true, weight: 25 });
    network.answers.set('MISC_CHECK', { ok: false, reason: 'x' });
    network.advance(250);
    expect(network.checker.serverStatus()[0]).toMatchObject({ up: false, weight: 15 });
    network.configure(...dns(server('10.0.100.5', { weight: 10, checks: [script] })));
    expect(network.checker.serverStatus()[0]).toMatchObject({ weight: 10 });
  });
});
