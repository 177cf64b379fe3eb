import { describe, expect, it } from 'vitest';
import { encodeAdvert, vrrpMulticastAddress, type Advert } from './advert.ts';
import type { VrrpInstanceConfiguration } from './configuration.ts';
import { alone, base, masterAddresses, pair, standbyAddresses } from './simulated-instances.ts';
import { ipPacket, SimulatedLink } from './simulated-link.ts';

type Changes = Partial<VrrpInstanceConfiguration>;

const six: Changes = {
  version: 3,
  virtualAddresses: [{ address: 'fe80::200', prefixLength: 128, interface: 'eth0' }],
};
const variants: { what: string; changes: Changes; addresses: Record<string, string>[] }[] = [
  {
    what: 'version 2',
    changes: {},
    addresses: [{ eth0: '192.168.1.101' }, { eth0: '192.168.1.102' }, { eth0: '192.168.1.103' }],
  },
  {
    what: 'version 3 at 0.1 s',
    changes: { version: 3, advertIntervalMs: 100 },
    addresses: [{ eth0: '192.168.1.101' }, { eth0: '192.168.1.102' }, { eth0: '192.168.1.103' }],
  },
  {
    what: 'version 3 over IPv6 at 10 ms',
    changes: { ...six, advertIntervalMs: 10 },
    addresses: [{ eth0: 'fe80::1' }, { eth0: 'fe80::2' }, { eth0: 'fe80::3' }],
  },
];

/** Numbers from 0 to 1 that are the same at every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}

const names = ['a', 'b', 'c'] as const;
const masters = (link: SimulatedLink, among: readonly string[]): string[] =>
  among.filter((name) => link.states(name).includes('MASTER'));

/** Intervals in which a station was master, up to now. */
function reigns(link: SimulatedLink, name: string): { from: number; to: number }[] {
  const result: { from: number; to: number }[] = [];
  let from: number | undefined;
  for (const { at, action } of link.log(name)) {
    if (action.type !== 'state') continue;
    if (action.to === 'MASTER') from = at;
    else if (from !== undefined) {
      result.push({ from, to: at });
      from = undefined;
    }
  }
  return from === undefined ? result : [...result, { from, to: link.now }];
}

function longestOverlap(link: SimulatedLink, among: readonly string[]): number {
  let longest = 0;
  for (const [index, left] of among.entries())
    for (const right of among.slice(index + 1))
      for (const one of reigns(link, left))
        for (const other of reigns(link, right))
          longest = Math.max(longest, Math.min(one.to, other.to) - Math.max(one.from, other.from));
  return longest;
}

describe.each(variants)('routers that speak $what', ({ changes, addresses }) => {
  const interval = changes.advertIntervalMs ?? 1000;
  const start = (count: number, priorities: readonly number[]): SimulatedLink => {
    const link = new SimulatedLink();
    link.latencyMs = interval / 50;
    for (let index = 0; index < count; index++)
      link.add(names[index] ?? '', alone({ ...changes, priority: priorities[index] ?? 100 }), addresses[index] ?? {});
    return link;
  };

  it.each(Array.from({ length: 20 }, (_, seed) => [seed]))(
    'have exactly one master, the best, after any trouble (seed %i)',
    (seed) => {
      const dice = random(seed + 1);
      const count = 2 + (seed % 2);
      const priorities = [100, 100 + Math.floor(dice() * 3) * 20, 150];
      const link = start(count, priorities);
      link.loses = () => dice() < 0.4;
      for (let trouble = 0; trouble < 8; trouble++) {
        link.advance(dice() * 6 * interval);
        const victim = names[Math.floor(dice() * count)] ?? 'a';
        if (dice() < 0.5) link.setLink(victim, 'eth0', dice() < 0.5);
        else link.lose(victim, 'eth0', dice() < 0.5);
      }
      link.loses = () => false;
      for (const name of names.slice(0, count)) {
        link.lose(name, 'eth0', false);
        link.setLink(name, 'eth0', true);
      }
      link.advance(8 * Math.max(interval, changes.version === 3 ? interval : 1000));
      const living = names.slice(0, count);
      const best = Math.max(...priorities.slice(0, count));
      // Of equals, the one that is master already stays; only the better one takes over.
      expect(masters(link, living)).toHaveLength(1);
      const [master = ''] = masters(link, living);
      expect(link.router(master).status()[0]?.priority).toBe(best);
      expect(link.now).toBeGreaterThan(0);
    },
  );

  it('never have two masters for longer than one advert needs, while the link is well', () => {
    const dice = random(77);
    const link = start(3, [100, 120, 150]);
    for (let turn = 0; turn < 30; turn++) {
      const victim = names[Math.floor(dice() * 3)] ?? 'a';
      link.setLink(victim, 'eth0', false);
      link.advance(dice() * 8 * interval);
      link.setLink(victim, 'eth0', true);
      link.advance(dice() * 8 * interval);
    }
    link.advance(10 * Math.max(interval, 1000));
    expect(masters(link, names)).toEqual(['c']);
    // The advert of the one that rises is on its way that long; nothing else may lie between.
    expect(longestOverlap(link, names)).toBeLessThanOrEqual(link.latencyMs + 1e-6);
  });
});

describe('two masters after a split', () => {
  const split = (changes: Changes = {}): SimulatedLink => {
    const link = new SimulatedLink();
    link.add('a', alone(changes), masterAddresses);
    link.add('b', alone({ priority: 100 }), standbyAddresses);
    link.advance(5000);
    link.lose('b', 'eth0');
    link.advance(10_000);
    expect(masters(link, ['a', 'b'])).toEqual(['a', 'b']);
    link.lose('b', 'eth0', false);
    return link;
  };
  const bursts = (link: SimulatedLink, since: number): [number, number][] =>
    link
      .log('a')
      .flatMap(({ at, action }) =>
        action.type === 'gratuitous-arp' && at >= since ? [[at - since, action.repeat] as [number, number]] : [],
      );

  it('are told of, with the address, and the better one announces itself twice', () => {
    const link = split();
    const healed = link.now;
    link.advance(20_000);
    const second = link.log('a').filter(({ action }) => action.type === 'second-master');
    expect(second.map(({ action }) => action)).toEqual([
      { type: 'second-master', instance: 'VI_E', address: '192.168.1.102', priority: 100, ownPriority: 150 },
    ]);
    const [first, later] = bursts(link, healed);
    expect(first?.[1]).toBe(5);
    expect((later?.[0] ?? NaN) - (first?.[0] ?? NaN)).toBe(5000);
  });

  it('garp_lower_prio_repeat and _delay have their own figures; 0 is silence', () => {
    const own = { ...base.gratuitousArp, lowerPriorityRepeat: 2, lowerPriorityDelayMs: 1500 };
    const link = split({ gratuitousArp: own });
    const healed = link.now;
    link.advance(20_000);
    expect(bursts(link, healed).map(([, repeat]) => repeat)).toEqual([2, 2]);
    const silent = split({ gratuitousArp: { ...own, lowerPriorityRepeat: 0 } });
    const quiet = silent.now;
    silent.advance(20_000);
    expect(bursts(silent, quiet)).toEqual([]);
  });

  it('lower_prio_no_advert: the weaker one hears of it with the next advert only', () => {
    const link = split({ lowerPriorityNoAdvert: true });
    const healed = link.now;
    const adverts = () =>
      link.log('a').filter(({ at, action }) => at >= healed && action.type === 'send-advert').length;
    link.advance(3000);
    expect(masters(link, ['a', 'b'])).toEqual(['a']);
    expect(adverts()).toBe(3);
  });

  it('higher_prio_send_advert: the weaker one speaks once more, so that the better one announces again', () => {
    const link = new SimulatedLink();
    link.add('a', alone(), masterAddresses);
    link.add('b', alone({ priority: 100, higherPrioritySendAdvert: true }), standbyAddresses);
    link.lose('b', 'eth0');
    link.advance(10_000);
    // Only what a sends gets through first: b leaves, and its last word reaches a.
    link.lose('b', 'eth0', false);
    const healed = link.now;
    link.advance(3000);
    expect(masters(link, ['a', 'b'])).toEqual(['a']);
    expect(bursts(link, healed).length).toBeGreaterThan(0);
  });

  it('that flood us with adverts are answered each, but announced against once a second', () => {
    const link = new SimulatedLink();
    const version = 3 as const;
    link.add('a', alone({ priority: 150, version, advertIntervalMs: 10 }), masterAddresses);
    link.advance(1000);
    const advert: Advert = {
      ...{ version, vrid: 51, priority: 100, advertIntervalMs: 10 },
      addresses: ['192.168.1.200'],
    };
    const way = { source: '192.168.1.9', destination: vrrpMulticastAddress };
    const packet = ipPacket(way.source, encodeAdvert(advert, way));
    let sent = 0;
    let announced = 0;
    for (let now = 1000; now < 3000; now += 10)
      for (const { type } of link.router('a').receive('eth0', packet, now).actions) {
        if (type === 'send-advert') sent++;
        if (type === 'gratuitous-arp') announced++;
      }
    expect([sent, announced]).toEqual([200, 2]);
  });

  it('that both own the addresses: ours goes down to 254, says so, and the other keeps them', () => {
    const link = new SimulatedLink();
    link.add('a', alone({ priority: 255 }), masterAddresses);
    link.advance(10);
    const advert: Advert = {
      version: 3,
      vrid: 51,
      priority: 255,
      advertIntervalMs: 1000,
      addresses: ['192.168.1.200'],
    };
    const way = { source: '192.168.1.102', destination: vrrpMulticastAddress };
    link.reconfigure('a', alone({ priority: 255, version: 3 }));
    link.advance(10);
    link.router('a').receive('eth0', ipPacket(way.source, encodeAdvert(advert, way)), link.now);
    expect(link.router('a').status()[0]).toMatchObject({ state: 'BACKUP', priority: 254 });
    link.setLink('a', 'eth0', true);
    expect(link.router('a').status()[0]).toMatchObject({ priority: 254 });
  });
});

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
