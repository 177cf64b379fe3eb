import { describe, expect, it } from 'vitest';
import { encodeAdvert, vrrpMulticastAddress, type Advert } from './advert.ts';
import type { VrrpInstanceConfiguration } from './configuration.ts';
import { alone, base, masterAddresses, pair, standbyAddresses } from './simulated-instances.ts';
import { ipPacket, SimulatedLink } from './simulated-link.ts';

type Changes = Partial<VrrpInstanceConfiguration>;

const names = ['a', 'b', 'c'] as const;
const masters = (link: SimulatedLink, among: readonly string[]): string[] =>
  among.filter((name) => link.states(name).includes('MASTER'));

describe('announcements', () => {
  it('go out one by one where an interval is asked for', () => {
    const addresses = ['192.168.1.200', '192.168.1.201'].map((address) => ({
      ...{ address, prefixLength: 32, interface: 'eth0' },
    }));
    const gratuitousArp = { ...base.gratuitousArp, repeat: 2, delayMs: 0, intervalMs: 20 };
    const link = new SimulatedLink();
    link.add('a', alone({ priority: 255, virtualAddresses: addresses, gratuitousArp }), masterAddresses);
    link.advance(500);
    const sent = link
      .log('a')
      .flatMap(({ at, action }) =>
        action.type === 'gratuitous-arp' ? [[at, action.addresses[0]?.address.slice(-1), action.repeat]] : [],
      );
    expect(sent).toEqual([
      [0, '0', 1],
      [20, '1', 1],
      [40, '0', 1],
      [60, '1', 1],
    ]);
  });

  it('name the excluded addresses too, which no advert holds', () => {
    const excludedAddresses = [{ address: '2001:db8::9', prefixLength: 128, interface: 'eth0' }];
    const link = new SimulatedLink();
    link.add('a', alone({ priority: 255, excludedAddresses }), masterAddresses);
    link.advance(0);
    const burst = link.log('a').find(({ action }) => action.type === 'gratuitous-arp')?.action;
    expect(burst?.type === 'gratuitous-arp' && burst.addresses.map(({ address }) => address)).toEqual([
      '192.168.1.200',
      '2001:db8::9',
    ]);
    const advert = link.log('a').find(({ action }) => action.type === 'send-advert')?.action;
    expect(advert?.type === 'send-advert' && advert.payload[3]).toBe(1);
  });
});

describe('unicast', () => {
  const peersOf = (...addresses: string[]): Changes => ({
    version: 3,
    unicast: { ttl: 64, checkSource: true, peers: addresses.map((address) => ({ address, minTtl: 60, maxTtl: 64 })) },
  });

  it('elects as multicast does, with one advert to each peer', () => {
    const link = new SimulatedLink();
    link.add('a', alone(peersOf('192.168.1.102', '192.168.1.103')), masterAddresses);
    link.add('b', alone({ ...peersOf('192.168.1.101', '192.168.1.103'), priority: 100 }), standbyAddresses);
    link.add('c', alone({ ...peersOf('192.168.1.101', '192.168.1.102'), priority: 50 }), { eth0: '192.168.1.103' });
    link.advance(10_000);
    expect(masters(link, names)).toEqual(['a']);
    link.kill('a');
    link.advance(4000);
    expect(masters(link, ['b', 'c'])).toEqual(['b']);
    expect(link.router('b').receiveProblems.size).toBe(0);
  });

  const advert: Advert = { version: 3, vrid: 51, priority: 200, advertIntervalMs: 1000, addresses: ['192.168.1.200'] };
  const packet = (source: string, destination: string, ttl: number) =>
    ipPacket(source, encodeAdvert(advert, { source, destination }), ttl, destination);
  it.each([
    ['destination', packet('192.168.1.102', vrrpMulticastAddress, 255)],
    ['unknown-peer', packet('192.168.1.104', '192.168.1.101', 64)],
    ['ttl', packet('192.168.1.102', '192.168.1.101', 59)],
    ['ttl', packet('192.168.1.102', '192.168.1.101', 255)],
  ] as const)('refuses by %s', (problem, bytes) => {
    const link = new SimulatedLink();
    link.add('a', alone(peersOf('192.168.1.102')), masterAddresses);
    expect(link.router('a').receive('eth0', bytes, 0)).toEqual({ problem, actions: [] });
  });

  it('takes what is within the limits', () => {
    const link = new SimulatedLink();
    link.add('a', alone(peersOf('192.168.1.102')), masterAddresses);
    const bytes = packet('192.168.1.102', '192.168.1.101', 62);
    expect(link.router('a').receive('eth0', bytes, 0)).toMatchObject({ instance: 'VI_E' });
  });

  it('skip_check_adv_addr: the list of a known master is not looked at again', () => {
    const link = new SimulatedLink();
    const changes: Changes = { skipAddressCheck: true };
    link.add('a', alone({ ...changes, password: 'mypasswd' }), masterAddresses);
    link.add('b', alone({ priority: 200 }), standbyAddresses);
    link.advance(10_000);
    link.reconfigure('b', alone({ priority: 200, virtualAddresses: [] }));
    link.advance(10_000);
    expect(masters(link, ['a', 'b'])).toEqual(['b']);
  });
});

describe('notify scripts', () => {
  const said = (link: SimulatedLink, name: string): string[] =>
    link.log(name).flatMap(({ action }) => (action.type === 'notify' ? [action.line.trim()] : []));

  it('hear of each state of instances and then of their group, and of the end', () => {
    const link = new SimulatedLink();
    link.add('a', pair({ priority: 255 }), masterAddresses);
    link.advance(0);
    link.setLink('a', 'eth1', false);
    link.setLink('a', 'eth1', true);
    link.stop('a');
    expect(said(link, 'a')).toEqual([
      ...['INSTANCE "VI_E" BACKUP 255', 'INSTANCE "VI_I" BACKUP 255', 'GROUP "VG1" BACKUP 0'],
      ...['INSTANCE "VI_E" MASTER 255', 'INSTANCE "VI_I" MASTER 255', 'GROUP "VG1" MASTER 0'],
      ...['INSTANCE "VI_E" FAULT 255', 'INSTANCE "VI_I" FAULT 255', 'GROUP "VG1" FAULT 0'],
      ...['INSTANCE "VI_E" BACKUP 255', 'INSTANCE "VI_I" BACKUP 255', 'GROUP "VG1" BACKUP 0'],
      ...['INSTANCE "VI_E" STOP 255', 'INSTANCE "VI_I" STOP 255', 'GROUP "VG1" STOP 0'],
    ]);
  });

  it('run the one of the state first, then `notify` with four parameters more', () => {
    const link = new SimulatedLink();
    const notify = { master: { words: ['/bin/m', 'x'] }, any: { words: ['/bin/any'], user: 'nobody' } };
    link.add('a', alone({ priority: 255, notify }), masterAddresses);
    link.advance(0);
    const commands = link.log('a').flatMap(({ action }) => (action.type === 'notify' ? action.commands : []));
    expect(commands).toEqual([
      { words: ['/bin/any', 'INSTANCE', 'VI_E', 'BACKUP', '255'], user: 'nobody' },
      { words: ['/bin/m', 'x'] },
      { words: ['/bin/any', 'INSTANCE', 'VI_E', 'MASTER', '255'], user: 'nobody' },
    ]);
  });

  it('hear FAULT of an instance that has left the file, or DELETED where there is a script for that', () => {
    const link = new SimulatedLink();
    link.add('a', alone(), masterAddresses);
    link.reconfigure('a', []);
    expect(said(link, 'a').at(-1)).toBe('INSTANCE "VI_E" FAULT 150');
    const other = new SimulatedLink();
    other.add('a', alone({ notify: { deleted: { words: ['/bin/d'] } } }), masterAddresses);
    other.reconfigure('a', []);
    expect(said(other, 'a').at(-1)).toBe('INSTANCE "VI_E" DELETED 150');
  });
});

describe('a reload', () => {
  it('keeps the states of instances that go into another group or get another name', () => {
    const link = new SimulatedLink();
    link.add('a', pair({ priority: 255 }), masterAddresses);
    link.advance(10);
    const [first] = pair({ priority: 255 });
    link.reconfigure('a', [{ ...(first ?? base), name: 'OTHER', syncGroup: 'VG2' }]);
    expect(link.states('a')).toBe('OTHER MASTER');
    const removed = link.log('a').filter(({ at, action }) => at >= 10 && action.type === 'remove-addresses');
    expect(removed.map(({ action }) => 'instance' in action && action.instance)).toEqual(['VI_I']);
  });

  it('moves an address from one instance to another: it goes before it comes', () => {
    const link = new SimulatedLink();
    const one = { address: '192.168.1.200', prefixLength: 32, interface: 'eth0' };
    const two = { ...one, address: '192.168.1.201' };
    const both = (left: (typeof one)[], right: (typeof one)[]) => [
      { ...base, priority: 255, virtualAddresses: left },
      { ...base, priority: 255, name: 'VI_F', vrid: 77, virtualAddresses: right },
    ];
    link.add('a', both([two], [one]), masterAddresses);
    link.advance(10);
    link.reconfigure('a', both([two, one], []));
    const order = link
      .log('a')
      .filter(({ at, action }) => at >= 10 && action.type.endsWith('-addresses'))
      .map(({ action }) => action.type);
    expect(order).toEqual(['remove-addresses', 'add-addresses']);
  });

  it('puts a new backup into a group of masters without moving them, unless it hears a better master', () => {
    const link = new SimulatedLink();
    const [first = base, second = base] = pair();
    link.add('a', [first], masterAddresses);
    link.advance(10_000);
    link.reconfigure('a', [first, second]);
    expect(link.states('a')).toBe('VI_E MASTER, VI_I BACKUP');
    link.advance(10_000);
    expect(link.states('a')).toBe('VI_E MASTER, VI_I MASTER');

    const other = new SimulatedLink();
    other.add('a', [first], masterAddresses);
    other.add('b', [{ ...second, syncGroup: 'B', priority: 200 }], standbyAddresses);
    other.advance(10_000);
    other.reconfigure('a', [first, second]);
    other.advance(2000);
    expect(other.states('a')).toBe('VI_E BACKUP, VI_I BACKUP');
  });
});
