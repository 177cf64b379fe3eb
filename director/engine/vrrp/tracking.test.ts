import { beforeEach, describe, expect, it } from 'vitest';
import type { Tracker, TrackedScript, VrrpInstanceConfiguration } from './configuration.ts';
import { ScriptCounter } from './script.ts';
import { alone, masterAddresses, pair, standbyAddresses } from './simulated-instances.ts';
import { SimulatedLink } from './simulated-link.ts';

const script: TrackedScript = {
  name: 'chk',
  command: { words: ['/bin/true'] },
  intervalMs: 1000,
  timeoutMs: 1000,
  rise: 2,
  fall: 3,
  startsFailed: false,
};
const tracker = (kind: Tracker['kind'], name: string, weight = 0, reverse = false): Tracker => ({
  kind,
  name,
  weight,
  reverse,
});

let link: SimulatedLink;
beforeEach(() => {
  link = new SimulatedLink();
});
const priority = (name: string) => link.router(name).status()[0]?.priority;
const start = (track: Tracker[], changes: Partial<VrrpInstanceConfiguration> = {}) => {
  link.add(
    'a',
    { instances: alone({ track, ...changes }), scripts: [script] },
    { ...masterAddresses, eth2: '10.2.0.1' },
  );
  link.add('b', alone({ priority: 100 }), standbyAddresses);
};

describe('a tracked interface', () => {
  it('without a weight is a FAULT when it is down, and the standby takes over within its skew', () => {
    start([tracker('interface', 'eth2')]);
    link.advance(10_000);
    link.setLink('a', 'eth2', false);
    expect(link.states('a')).toBe('VI_E FAULT');
    link.advance(610);
    expect(link.states('b')).toBe('VI_E MASTER');
    link.setLink('a', 'eth2', true);
    link.advance(5000);
    expect(link.states('a')).toBe('VI_E MASTER');
  });

  it.each([
    [60, true, 210],
    [60, false, 150],
    [-60, true, 150],
    [-60, false, 90],
  ])('with weight %i and up = %s makes 150 to %i', (weight, up, expected) => {
    start([tracker('interface', 'eth2', weight)]);
    link.setLink('a', 'eth2', up);
    expect(priority('a')).toBe(expected);
  });

  it.each([
    [60, true, 90],
    [-60, false, 210],
    [200, true, 1],
    [-250, false, 254],
  ])('in reverse, weight %i and up = %s makes 150 to %i', (weight, up, expected) => {
    start([tracker('interface', 'eth2', weight, true)]);
    link.setLink('a', 'eth2', up);
    expect(priority('a')).toBe(expected);
  });

  it('in reverse and without a weight is a FAULT when it is up', () => {
    start([tracker('interface', 'eth2', 0, true)]);
    expect(link.states('a')).toBe('VI_E FAULT');
    link.setLink('a', 'eth2', false);
    expect(link.states('a')).toBe('VI_E BACKUP');
  });

  it('that makes the master the weaker one gives the addresses to the standby by an election', () => {
    start([tracker('interface', 'eth2', -60)]);
    link.advance(10_000);
    expect(link.states('a')).toBe('VI_E MASTER');
    link.setLink('a', 'eth2', false);
    expect(link.states('a')).toBe('VI_E MASTER');
    link.advance(5000);
    expect([link.states('a'), link.states('b')]).toEqual(['VI_E BACKUP', 'VI_E MASTER']);
  });

  it('moves no owner of the addresses', () => {
    start([tracker('interface', 'eth2', -60)], { priority: 255 });
    link.setLink('a', 'eth2', false);
    expect(priority('a')).toBe(255);
  });

  it('that carries an address counts without being named, unless it is not to', () => {
    const address = { address: '10.2.0.9', prefixLength: 32, interface: 'eth2' };
    const excludedAddresses = [address];
    start([], { excludedAddresses });
    link.setLink('a', 'eth2', false);
    expect(link.states('a')).toBe('VI_E FAULT');
    link.reconfigure('a', alone({ excludedAddresses: [{ ...address, untracked: true }] }));
    expect(link.states('a')).toBe('VI_E BACKUP');
  });

  it('is not looked at with dont_track_primary', () => {
    start([], { ignoreInterfaceState: true, sourceAddress: '192.168.1.101' });
    link.setLink('a', 'eth0', false);
    expect(link.states('a')).toBe('VI_E BACKUP');
  });
});

describe('an interface', () => {
  const told = () => link.log('a').flatMap(({ action }) => (action.type === 'link' ? [action] : []));

  it('is told of when it comes and goes, once, with the reason', () => {
    start([]);
    expect(told()).toEqual([]);
    link.setLink('a', 'eth0', false);
    link.setLink('a', 'eth0', false);
    link.setLink('a', 'eth0', true);
    expect(told()).toEqual([
      { type: 'link', device: 'eth0', up: false, reason: 'it is off, or has no carrier' },
      { type: 'link', device: 'eth0', up: true, reason: 'it is up' },
    ]);
  });

  it('that is not there is told of at once', () => {
    start([tracker('interface', 'eth7')]);
    const actions = link.router('a').setLink('eth7', undefined, link.now);
    expect(actions[0]).toEqual({ type: 'link', device: 'eth7', up: false, reason: 'there is no such interface' });
  });
});

describe('a tracked script', () => {
  it('without a weight holds the instance in INIT until its first result', () => {
    start([tracker('script', 'chk')]);
    link.advance(20_000);
    expect(link.states('a')).toBe('VI_E INIT');
    link.script('a', 'chk', true);
    expect(link.states('a')).toBe('VI_E BACKUP');
    link.advance(5000);
    expect(link.states('a')).toBe('VI_E MASTER');
  });

  it('is a FAULT after `fall` failures in a row, told with its reason, and none after `rise` successes', () => {
    start([tracker('script', 'chk')]);
    for (const ok of [true, false, false, true, false, false]) link.script('a', 'chk', ok);
    expect(link.states('a')).toBe('VI_E BACKUP');
    link.script('a', 'chk', false);
    expect(link.states('a')).toBe('VI_E FAULT');
    expect(link.log('a').find(({ action }) => action.type === 'script' && !action.up)?.action).toEqual({
      type: 'script',
      name: 'chk',
      up: false,
      reason: 'exit status 1',
    });
    link.script('a', 'chk', true);
    expect(link.states('a')).toBe('VI_E FAULT');
    link.script('a', 'chk', true);
    expect(link.states('a')).toBe('VI_E BACKUP');
  });

  it('with a weight counts for nothing before its first result', () => {
    start([tracker('script', 'chk', -70)]);
    expect(priority('a')).toBe(150);
    link.script('a', 'chk', false);
    expect(priority('a')).toBe(80);
  });

  it('in a sync group: the weights of members count as 0, those of the group for all', () => {
    const members = pair({ track: [tracker('script', 'chk', -70)] });
    const syncGroups = [{ name: 'VG1', track: [tracker('interface', 'eth2', -20)] }];
    link.add('a', { instances: members, scripts: [script], syncGroups }, masterAddresses);
    expect(link.states('a')).toBe('VI_E INIT, VI_I INIT');
    link.script('a', 'chk', true);
    expect(
      link
        .router('a')
        .status()
        .map((entry) => entry.priority),
    ).toEqual([130, 130]);
    for (let run = 0; run < 3; run++) link.script('a', 'chk', false);
    expect(link.states('a')).toBe('VI_E FAULT, VI_I FAULT');
  });

  it('moves the timer of a waiting backup by the difference of the skews', () => {
    const track = [tracker('script', 'chk', 50)];
    link.add('a', alone({ priority: 200 }), masterAddresses);
    link.add('b', { instances: alone({ priority: 100, track }), scripts: [script] }, standbyAddresses);
    link.advance(10_000);
    const last = link.log('a').findLast(({ action }) => action.type === 'send-advert')?.at ?? NaN;
    link.kill('a');
    link.script('b', 'chk', true);
    expect(priority('b')).toBe(150);
    link.advance(5000);
    const taken = link.log('b').find(({ action }) => action.type === 'state' && action.to === 'MASTER');
    expect(taken?.at).toBeCloseTo(last + 3000 + (106 / 256) * 1000, 6);
  });
});

describe('ScriptCounter', () => {
  const run = (counter: ScriptCounter, ...results: boolean[]) =>
    results.map((ok) => {
      counter.record({ ok, detail: '' });
      return counter.up;
    });

  it('takes the first result at its word', () => {
    expect(run(new ScriptCounter(script), true)).toEqual([true]);
    expect(run(new ScriptCounter(script), false)).toEqual([false]);
  });

  it('with init_fail has failed until it has risen', () => {
    const counter = new ScriptCounter({ ...script, startsFailed: true });
    expect(counter.up).toBe(false);
    expect(run(counter, true, true)).toEqual([false, true]);
  });

  it('starts counting again after a result of the other kind', () => {
    const counter = new ScriptCounter(script);
    expect(run(counter, true, false, false, true, false, false, false)).toEqual([
      true,
      true,
      true,
      true,
      true,
      true,
      false,
    ]);
    expect(run(counter, true, false, true, true)).toEqual([false, false, false, true]);
  });

  it('keeps its verdict over a reload', () => {
    const counter = new ScriptCounter(script);
    run(counter, true);
    counter.reconfigure({ ...script, fall: 1 });
    expect(counter.up).toBe(true);
    expect(run(counter, false)).toEqual([false]);
  });
});

describe('a tracked file', () => {
  it.each([
    [1, false, 20, 170],
    [1, true, 20, 130],
    [-2, false, 20, 110],
    [3, false, 200, 254],
  ])('of weight %i, reverse %s, holding %i makes 150 to %i', (weight, reverse, value, expected) => {
    start([tracker('file', 'load', weight, reverse)]);
    link.file('a', 'load', value);
    expect(priority('a')).toBe(expected);
    expect(link.states('a')).toBe('VI_E BACKUP');
  });

  it.each([
    [0, 1],
    [-1, 254],
    [2, -127],
  ])('of weight %i holding %i is a FAULT, until it holds 0', (weight, value) => {
    start([tracker('file', 'load', weight)]);
    link.file('a', 'load', value);
    expect(link.states('a')).toBe('VI_E FAULT');
    link.file('a', 'load', 0);
    expect(link.states('a')).toBe('VI_E BACKUP');
  });
});
