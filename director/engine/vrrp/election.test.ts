import { describe, expect, it } from 'vitest';
import { encodeAdvert, vrrpMulticastAddress, type Advert } from './advert.ts';
import type { VrrpInstanceConfiguration } from './configuration.ts';
import { alone, base, masterAddresses, standbyAddresses } from './simulated-instances.ts';
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

  it('never have two masters for longer than one advert needs, while the link is well', { timeout: 60_000 }, () => {
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
