import { beforeEach, describe, expect, it } from 'vitest';
import type { VrrpAction } from './action.ts';
import { encodeAdvert, passwordBytes, type Advert } from './advert.ts';
import type { VrrpInstanceConfiguration } from './configuration.ts';
import { ipPacket, SimulatedLink } from './simulated-link.ts';

const base: VrrpInstanceConfiguration = {
  name: 'VI_E',
  version: 2,
  interface: 'eth0',
  vrid: 51,
  priority: 150,
  advertIntervalMs: 1000,
  startsAs: 'BACKUP',
  preempt: true,
  preemptDelayMs: 0,
  virtualAddresses: [{ address: '192.168.1.200', prefixLength: 32, interface: 'eth0' }],
  password: 'mypasswd',
  gratuitousArp: { repeat: 5, delayMs: 5000, refreshMs: 0, refreshRepeat: 1 },
};
const inside = {
  name: 'VI_I',
  interface: 'eth1',
  vrid: 52,
  virtualAddresses: [{ address: '10.0.100.200', prefixLength: 32, interface: 'eth1' }],
};
const alone = (changes: Partial<VrrpInstanceConfiguration> = {}) => [{ ...base, ...changes }];
/** The document's pair of instances, in one sync group. */
const pair = (changes: Partial<VrrpInstanceConfiguration> = {}): VrrpInstanceConfiguration[] =>
  [base, { ...base, ...inside }].map((instance) => ({ ...instance, syncGroup: 'VG1', ...changes }));

const masterAddresses = { eth0: '192.168.1.101', eth1: '10.0.100.1' };
const standbyAddresses = { eth0: '192.168.1.102', eth1: '10.0.100.50' };

let link: SimulatedLink;
beforeEach(() => {
  link = new SimulatedLink();
});
const types = (name: string, since = 0) =>
  link
    .log(name)
    .filter(({ at }) => at >= since)
    .map(({ action }) => action.type);
const when = (name: string, wanted: (action: VrrpAction) => boolean, since = 0) =>
  link.log(name).find(({ at, action }) => at >= since && wanted(action))?.at;
const becomes = (to: string) => (action: VrrpAction) => action.type === 'state' && action.to === to;

describe('a lone instance', () => {
  it('starts as BACKUP and takes over after three intervals and the skew', () => {
    link.add('a', alone(), masterAddresses);
    expect(link.states('a')).toBe('VI_E BACKUP');
    link.advance(5000);
    expect(when('a', becomes('MASTER'))).toBe(3000 + (106 / 256) * 1000);
  });

  it('takes over after one interval and the skew when its file says state MASTER', () => {
    link.add('a', alone({ startsAs: 'MASTER' }), masterAddresses);
    link.advance(5000);
    expect(when('a', becomes('MASTER'))).toBe(1000 + (106 / 256) * 1000);
  });

  it('takes over at once when it owns the addresses', () => {
    link.add('a', alone({ priority: 255 }), masterAddresses);
    link.advance(0);
    expect(link.states('a')).toBe('VI_E MASTER');
  });

  it('sends its advert first, then tells, adds, and announces', () => {
    link.add('a', alone({ priority: 255 }), masterAddresses);
    link.advance(0);
    expect(types('a')).toEqual(['state', 'send-advert', 'state', 'add-addresses', 'gratuitous-arp']);
  });

  it('sends adverts at its interval, without drift', () => {
    link.add('a', alone({ priority: 255 }), masterAddresses);
    link.advance(3500);
    expect(link.log('a').flatMap(({ at, action }) => (action.type === 'send-advert' ? [at] : []))).toEqual([
      0, 1000, 2000, 3000,
    ]);
  });

  it('announces five times at once, five times more after the delay, and then no more', () => {
    link.add('a', alone({ priority: 255 }), masterAddresses);
    link.advance(60_000);
    const bursts = link
      .log('a')
      .flatMap(({ at, action }) => (action.type === 'gratuitous-arp' ? [[at, action.repeat]] : []));
    expect(bursts).toEqual([
      [0, 5],
      [5000, 5],
    ]);
  });

  it('refreshes the announcements where the file asks for it', () => {
    const gratuitousArp = { repeat: 5, delayMs: 0, refreshMs: 10_000, refreshRepeat: 2 };
    link.add('a', alone({ priority: 255, gratuitousArp }), masterAddresses);
    link.advance(25_000);
    const bursts = link
      .log('a')
      .flatMap(({ at, action }) => (action.type === 'gratuitous-arp' ? [[at, action.repeat]] : []));
    expect(bursts).toEqual([
      [0, 5],
      [10_000, 2],
      [20_000, 2],
    ]);
  });

  it('says with priority 0 that it stops, then takes its addresses away', () => {
    link.add('a', alone({ priority: 255 }), masterAddresses);
    link.advance(10);
    link.stop('a');
    expect(types('a', 10)).toEqual(['send-advert', 'remove-addresses', 'state']);
    expect(link.log('a').at(-3)?.action).toMatchObject({ priority: 0 });
  });

  it('says nothing when it stops as BACKUP', () => {
    link.add('a', alone(), masterAddresses);
    link.advance(10);
    link.stop('a');
    expect(types('a', 10)).toEqual(['state']);
  });

  it('goes on after a stall without sending the lost adverts', () => {
    link.add('a', alone({ priority: 255 }), masterAddresses);
    link.advance(0);
    const router = link.router('a');
    expect(router.tick(10_500).filter(({ type }) => type === 'send-advert')).toHaveLength(1);
    expect(router.nextTimeoutAt).toBe(11_500);
  });
});

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

describe('receive checks', () => {
  const advert: Advert = {
    version: 2,
    vrid: 51,
    priority: 200,
    advertIntervalMs: 1000,
    addresses: ['192.168.1.200'],
    authentication: { type: 1, data: passwordBytes('mypasswd') },
  };
  const source = '192.168.1.9';
  const packet = (changes: Partial<Advert> = {}, from = source) =>
    ipPacket(from, encodeAdvert({ ...advert, ...changes }, from));

  it.each([
    ['ip-header', new Uint8Array(12)],
    ['ttl', ipPacket(source, encodeAdvert(advert, source), 254)],
    ['destination', ipPacket(source, encodeAdvert(advert, source), 255, '192.168.1.101')],
    ['unknown-vrid', packet({ vrid: 99 })],
    ['instance-version', packet({ version: 3 })],
    ['own-address', packet({}, '192.168.1.101')],
    ['authentication-type', packet({ authentication: { type: 0, data: new Uint8Array(8) } })],
    ['authentication-data', packet({ authentication: { type: 1, data: passwordBytes('yourpass') } })],
    ['advert-interval', packet({ advertIntervalMs: 2000 })],
    ['address-list', packet({ addresses: ['192.168.1.201'] })],
    ['address-list', packet({ addresses: [] })],
  ] as const)('%s: the packet is counted under that name and changes nothing', (problem, bytes) => {
    link.add('a', alone({ priority: 250 }), masterAddresses);
    link.advance(4000);
    const router = link.router('a');
    expect(router.receive('eth0', bytes, link.now)).toEqual({ problem, actions: [] });
    expect([...router.receiveProblems]).toEqual([[problem, 1]]);
  });

  it('a good packet is taken', () => {
    link.add('a', alone(), masterAddresses);
    link.advance(4000);
    expect(link.router('a').receive('eth0', packet(), link.now)).toMatchObject({ instance: 'VI_E' });
    expect(link.states('a')).toBe('VI_E BACKUP');
  });

  it('in version 3 another list of addresses is counted but taken, as RFC 9568 has it', () => {
    const { password: _, ...rest } = base;
    link.add('a', [{ ...rest, version: 3 }], masterAddresses);
    link.advance(4000);
    const { authentication: __, ...plain } = advert;
    const bytes = ipPacket(source, encodeAdvert({ ...plain, version: 3, addresses: [] }, source));
    expect(link.router('a').receive('eth0', bytes, link.now)).toMatchObject({ instance: 'VI_E' });
    expect([...link.router('a').receiveProblems]).toEqual([['address-list', 1]]);
  });
});

describe('a reload', () => {
  const more = [...base.virtualAddresses, { address: '192.168.1.202', prefixLength: 32, interface: 'eth0' }];

  it('keeps the state, and moves only the addresses that differ', () => {
    link.add('a', alone({ priority: 255 }), masterAddresses);
    link.advance(10);
    link.reconfigure('a', alone({ priority: 200, virtualAddresses: more.slice(1) }));
    expect(types('a', 10)).toEqual(['send-advert', 'remove-addresses', 'add-addresses', 'gratuitous-arp']);
    expect(link.log('a').at(-2)?.action).toMatchObject({ addresses: [{ address: '192.168.1.202' }] });
    expect(link.states('a')).toBe('VI_E MASTER');
  });

  it('stops what is no longer there and starts what is new', () => {
    link.add('a', alone({ priority: 255 }), masterAddresses);
    link.advance(10);
    link.reconfigure('a', alone({ ...inside, priority: 255 }));
    link.advance(0);
    expect(link.states('a')).toBe('VI_I MASTER');
    expect(types('a', 10).slice(0, 3)).toEqual(['send-advert', 'remove-addresses', 'state']);
  });

  it('that changes nothing does nothing but send one advert', () => {
    link.add('a', alone({ priority: 255 }), masterAddresses);
    link.advance(10);
    link.reconfigure('a', alone({ priority: 255 }));
    expect(types('a', 10)).toEqual(['send-advert']);
  });
});
