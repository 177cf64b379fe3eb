import { beforeEach, describe, expect, it } from 'vitest';
import type { VrrpAction } from './action.ts';
import { encodeAdvert, passwordBytes, vrrpMulticastAddress, type Advert } from './advert.ts';
import { alone, base, inside, masterAddresses } from './simulated-instances.ts';
import { ipPacket, SimulatedLink } from './simulated-link.ts';

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
    expect(link.log('a').at(-4)?.action).toMatchObject({ priority: 0 });
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
  const path = { source, destination: vrrpMulticastAddress };
  const packet = (changes: Partial<Advert> = {}, from = source) =>
    ipPacket(from, encodeAdvert({ ...advert, ...changes }, { source: from, destination: vrrpMulticastAddress }));

  it.each([
    ['ip-header', new Uint8Array(12)],
    ['ttl', ipPacket(source, encodeAdvert(advert, path), 254)],
    ['destination', ipPacket(source, encodeAdvert(advert, path), 255, '192.168.1.101')],
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
    link.add('a', alone({ version: 3 }), masterAddresses);
    link.advance(4000);
    const bytes = packet({ version: 3, addresses: [] });
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
