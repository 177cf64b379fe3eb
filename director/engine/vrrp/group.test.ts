import { beforeEach, describe, expect, it } from 'vitest';
import type { VrrpAction } from './action.ts';
import type { VrrpInstanceConfiguration } from './configuration.ts';
import { alone, masterAddresses, pair, standbyAddresses } from './simulated-instances.ts';
import { SimulatedLink } from './simulated-link.ts';

let link: SimulatedLink;
beforeEach(() => {
  link = new SimulatedLink();
});
const types = (name: string, since = 0) =>
  link
    .log(name)
    .filter(({ at, action }) => at >= since && action.type !== 'notify')
    .map(({ action }) => action.type);
const when = (name: string, wanted: (action: VrrpAction) => boolean, since = 0) =>
  link.log(name).find(({ at, action }) => at >= since && wanted(action))?.at;
const becomes = (to: string) => (action: VrrpAction) => action.type === 'state' && action.to === to;

describe('two directors', () => {
  const start = (changes: Partial<VrrpInstanceConfiguration> = {}) => {
    link.add('master', pair(changes), masterAddresses);
    link.add('standby', pair({ priority: 100, ...changes }), standbyAddresses);
    link.advance(10_000);
  };

  it('elect the one with the higher priority, with all its instances', () => {
    start();
    expect(link.states('master')).toBe('VI_E MASTER, VI_I MASTER');
    expect(link.states('standby')).toBe('VI_E BACKUP, VI_I BACKUP');
    expect(link.router('standby').status()[0]?.masterAddress).toBe('192.168.1.101');
  });

  it('the standby takes over 3 intervals and the skew after the last advert of a dead master, all at once', () => {
    start();
    const last = link.log('master').findLast(({ action }) => action.type === 'send-advert')?.at ?? NaN;
    link.kill('master');
    link.advance(10_000);
    const taken = link.log('standby').filter(({ action }) => becomes('MASTER')(action));
    expect(taken.map(({ at }) => at)).toEqual([last + 3609.375, last + 3609.375]);
    expect(link.states('standby')).toBe('VI_E MASTER, VI_I MASTER');
  });

  it('each instance says of its own master how long it was silent', () => {
    start();
    link.kill('master');
    link.advance(10_000);
    const reasons = link
      .log('standby')
      .flatMap(({ action }) => (becomes('MASTER')(action) && 'reason' in action ? [action.reason] : []));
    expect(reasons).toEqual(['192.168.1.101 has been silent for 3609 ms', '10.0.100.1 has been silent for 3609 ms']);
  });

  it('all adverts of the group go out before the first address, and all addresses before the first announcement', () => {
    start();
    link.kill('master');
    const died = link.now;
    link.advance(4000);
    expect(types('standby', died).slice(0, 8)).toEqual([
      ...['send-advert', 'send-advert', 'state', 'state'],
      ...['add-addresses', 'add-addresses', 'gratuitous-arp', 'gratuitous-arp'],
    ]);
  });

  it('take 361 ms at an interval of 0.1 s in version 3', () => {
    start({ version: 3, advertIntervalMs: 100 });
    const last = link.log('master').findLast(({ action }) => action.type === 'send-advert')?.at ?? NaN;
    link.kill('master');
    link.advance(1000);
    expect(when('standby', becomes('MASTER'), last)).toBeCloseTo(last + 360.9375, 6);
  });

  it('hand over within the skew when the master stops in order', () => {
    start();
    link.stop('master');
    const stopped = link.now;
    link.advance(5000);
    expect(when('standby', becomes('MASTER'), stopped)).toBe(stopped + 609.375);
  });

  it('give the addresses back to the returning master', () => {
    start();
    link.kill('master');
    link.advance(10_000);
    link.add('master', pair(), masterAddresses);
    link.advance(10_000);
    expect(link.states('master')).toBe('VI_E MASTER, VI_I MASTER');
    expect(link.states('standby')).toBe('VI_E BACKUP, VI_I BACKUP');
    expect(types('standby').filter((type) => type === 'remove-addresses')).toHaveLength(2);
  });

  it('leave the addresses where they are with nopreempt', () => {
    start({ preempt: false });
    link.kill('master');
    link.advance(10_000);
    link.add('master', pair({ preempt: false }), masterAddresses);
    link.advance(60_000);
    expect(link.states('master')).toBe('VI_E BACKUP, VI_I BACKUP');
    expect(link.states('standby')).toBe('VI_E MASTER, VI_I MASTER');
  });

  it('wait for preempt_delay before they take the addresses back', () => {
    start();
    link.kill('master');
    link.advance(10_000);
    link.add('master', pair({ preemptDelayMs: 20_000 }), masterAddresses);
    const back = link.now;
    link.advance(60_000);
    const taken = (when('master', becomes('MASTER'), back) ?? NaN) - back;
    expect(taken).toBeGreaterThan(20_000);
    expect(taken).toBeLessThan(25_500);
  });

  it('with the same priority, the higher address stays master when both are', () => {
    link.add('low', alone(), { eth0: '192.168.1.9' });
    link.add('high', alone(), { eth0: '192.168.1.101' });
    link.lose('low', 'eth0');
    link.advance(5000);
    expect([link.states('low'), link.states('high')]).toEqual(['VI_E MASTER', 'VI_E MASTER']);
    link.lose('low', 'eth0', false);
    link.advance(2000);
    expect([link.states('low'), link.states('high')]).toEqual(['VI_E BACKUP', 'VI_E MASTER']);
  });

  it('after a split brain, the better one announces its addresses again', () => {
    start();
    for (const device of ['eth0', 'eth1']) link.lose('standby', device);
    link.advance(20_000);
    expect(link.states('standby')).toBe('VI_E MASTER, VI_I MASTER');
    const healed = link.now;
    for (const device of ['eth0', 'eth1']) link.lose('standby', device, false);
    link.advance(3000);
    expect(link.states('standby')).toBe('VI_E BACKUP, VI_I BACKUP');
    expect(types('master', healed)).toContain('gratuitous-arp');
    expect(types('master', healed)).toContain('log');
  });

  it('the standby stays where it is while only one of its links is silent', () => {
    start();
    link.lose('standby', 'eth1');
    link.advance(60_000);
    expect(link.states('standby')).toBe('VI_E BACKUP, VI_I BACKUP');
  });

  it('one link down moves the whole group, and the peer hears of it at once', () => {
    start();
    const cut = link.now;
    link.setLink('master', 'eth1', false);
    expect(link.states('master')).toBe('VI_E FAULT, VI_I FAULT');
    // The inner router cannot resign over its dead link; the group of the standby waits for its timer.
    link.lose('master', 'eth1');
    link.advance(5000);
    expect(link.states('standby')).toBe('VI_E MASTER, VI_I MASTER');
    expect((when('standby', becomes('MASTER'), cut) ?? NaN) - cut).toBeLessThan(3700);
    link.lose('master', 'eth1', false);
    link.setLink('master', 'eth1', true);
    link.advance(5000);
    expect(link.states('master')).toBe('VI_E MASTER, VI_I MASTER');
    expect(link.states('standby')).toBe('VI_E BACKUP, VI_I BACKUP');
  });

  it('an interface without an address keeps its group in FAULT', () => {
    link.add('a', pair(), { eth0: '192.168.1.101' });
    link.advance(10_000);
    expect(link.states('a')).toBe('VI_E FAULT, VI_I FAULT');
  });

  it('a backup in version 3 learns the interval of its master', () => {
    link.add('slow', alone({ version: 3, advertIntervalMs: 2000 }), { eth0: '192.168.1.101' });
    link.add('quick', alone({ version: 3, advertIntervalMs: 100, priority: 100, startsAs: 'BACKUP' }), {
      eth0: '192.168.1.102',
    });
    link.advance(300);
    link.advance(20_000);
    const last = link.log('slow').findLast(({ action }) => action.type === 'send-advert')?.at ?? NaN;
    link.kill('slow');
    link.advance(20_000);
    expect(when('quick', becomes('MASTER'), last)).toBeCloseTo(last + 3 * 2000 + (156 / 256) * 2000, 6);
  });
});
