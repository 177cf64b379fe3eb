import { describe, expect, it } from 'vitest';
import type { Balance, BackSide, HashSettings } from '../backend.ts';
import type { Server } from '../servers.ts';
import { DispatchBed } from '../testing/dispatch-bed.ts';
import { backSide, listenSettings, serverSettings } from '../testing/settings.ts';
import { avalanche, hashFunction } from './hash-functions.ts';

const hash: HashSettings = { type: 'map-based', function: 'sdbm', avalanche: false, balanceFactor: 0 };
const consistent: HashSettings = { ...hash, type: 'consistent', avalanche: true };
const servers = (...weights: number[]): Server[] =>
  weights.map((weight, index) => serverSettings(`s${index + 1}`, { weight }));
const bedOf = (balance: Balance, differing: Partial<BackSide> = {}, random?: () => number): DispatchBed =>
  new DispatchBed(
    listenSettings({ back: backSide({ balance, servers: servers(1, 1, 1), ...differing }) }),
    random === undefined ? {} : { random },
  );
const uri = { method: 'uri', whole: false, pathOnly: false, length: 0, depth: 0, hash } as const;

describe('roundrobin', () => {
  it('gives equal servers their turns in the order of the file', () => {
    expect(bedOf({ method: 'roundrobin' }).visits(7)).toBe('s1 s2 s3 s1 s2 s3 s1');
  });

  it('mixes turns by weight, and never gives a server without weight one', () => {
    const bed = bedOf({ method: 'roundrobin' }, { servers: servers(3, 1, 0) });
    const names = bed.visits(8).split(' ');
    expect([names.filter((name) => name === 's1').length, names.includes('s3')]).toEqual([6, false]);
  });

  it('takes a new weight into account at once', () => {
    const bed = bedOf({ method: 'roundrobin' }, { servers: servers(1, 1) });
    bed.visits(4);
    expect(bed.states.setWeight(bed.server('s2'), '0', bed.now)).toBeUndefined();
    expect(bed.visits(3)).toBe('s1 s1 s1');
    expect(bed.states.setWeight(bed.server('s2'), '300%', bed.now)).toBeUndefined();
    expect(bed.visits(16).match(/s2/g)).toHaveLength(12);
  });

  it('passes a full server over, and gives it its turns again later', () => {
    const bed = bedOf(
      { method: 'roundrobin' },
      { servers: [serverSettings('s1', { maxConnections: 1 }), serverSettings('s2')] },
    );
    const first = bed.open();
    expect(bed.visits(3)).toBe('s2 s2 s2');
    first.close();
    expect(bed.visits(4).match(/s1/g)).toHaveLength(2);
  });
});

describe('the other ways without hashes', () => {
  it('static-rr spreads a server over its round', () => {
    expect(bedOf({ method: 'static-rr' }, { servers: servers(4, 2, 2) }).visits(8)).toBe('s1 s1 s2 s3 s1 s1 s2 s3');
  });

  it('leastconn gives to who has the least for its weight', () => {
    const bed = bedOf({ method: 'leastconn' }, { servers: servers(2, 1) });
    expect([1, 2, 3, 4, 5, 6].map(() => bed.open().outcome)).toEqual(['s1', 's2', 's1', 's1', 's2', 's1']);
  });

  it('first fills the servers by their ids', () => {
    const full = (name: string, id: number): Server => serverSettings(name, { id, maxConnections: 2 });
    const bed = bedOf({ method: 'first' }, { servers: [full('s1', 9), full('s2', 3)] });
    expect([1, 2, 3, 4].map(() => bed.open().outcome)).toEqual(['s2', 's2', 's1', 's1']);
  });

  it('random takes the one with less load of those that it has drawn, and queues when that is full', () => {
    const draws = [0.1, 0.9];
    const bed = bedOf({ method: 'random', draws: 2, hash: consistent }, {}, () => {
      draws.push(draws.shift() as number);
      return draws.at(-1) as number;
    });
    const first = bed.open().outcome;
    expect(bed.open().outcome).not.toBe(first);
    const alone = bedOf(
      { method: 'random', draws: 1, hash: consistent },
      { servers: [serverSettings('s1', { maxConnections: 1 })] },
    );
    expect([alone.open().outcome, alone.open().outcome]).toEqual(['s1', 'queued']);
  });
});

describe('hashes', () => {
  it('computes the published values', () => {
    const of = (name: HashSettings['function'], text: string) => hashFunction({ ...hash, function: name })(text);
    expect([of('crc32', '123456789'), of('djb2', 'a'), of('sdbm', 'a'), of('sdbm', 'ab')]).toEqual([
      ...[0xcbf43926, 177670, 97, 97 * 65599 + 98],
    ]);
    expect(new Set(Array.from({ length: 1000 }, (_, value) => avalanche(value))).size).toBe(1000);
  });

  it.each([
    ['up to the question mark', uri, '/a/b?x=1', '/a/b?y=2', true],
    ['whole', { ...uri, whole: true }, '/a/b?x=1', '/a/b?x=2', false],
    ['as far as a directory', { ...uri, depth: 1 }, '/a/b', '/a/c/d', true],
    ['so many octets', { ...uri, length: 4 }, '/abcd', '/abce', true],
    ['the path alone', { ...uri, pathOnly: true }, 'http://h/a', '/a', true],
    ['with the host', uri, 'http://h/a', '/a', false],
    ['a parameter', { method: 'url_param', name: 'u', hash } as const, '/a?u=7&b=1', '/c?xu=8&u=7', true],
  ] satisfies [string, Balance, string, string, boolean][])(
    'hashes of the target: %s',
    (_what, balance, one, other, same) => {
      const wide = servers(...Array.from({ length: 30 }, () => 1));
      const bed = bedOf(balance, { servers: wide });
      expect(bed.visit({ target: one }) === bed.visit({ target: other })).toBe(same);
    },
  );

  it('hashes the first element of a header, or the main part of a name', () => {
    const wide = servers(...Array.from({ length: 30 }, () => 1));
    const header = bedOf({ method: 'hdr', name: 'X-Key', domainOnly: false, hash }, { servers: wide });
    expect(header.visit({ headers: ['x-key: a, b'] })).toBe(header.visit({ headers: ['X-KEY: a'] }));
    const domain = bedOf({ method: 'hdr', name: 'host', domainOnly: true, hash }, { servers: wide });
    const plain = bedOf({ method: 'hdr', name: 'x', domainOnly: true, hash }, { servers: wide });
    expect(domain.visit()).toBe(domain.visit());
    expect(plain.visit({ headers: ['x: www.site.org'] })).toBe(plain.visit({ headers: ['x: ftp.site.net'] }));
  });

  it('goes round among the servers for who has nothing to hash', () => {
    const balance: Balance = { method: 'hdr', name: 'x', domainOnly: false, hash };
    expect(bedOf(balance).visits(4)).toBe('s1 s2 s3 s1');
    expect(
      new Set(
        bedOf({ ...balance, hash: consistent })
          .visits(40)
          .split(' '),
      ).size,
    ).toBe(3);
  });

  it('leaves most clients where they were when a consistent server goes, and all others on a map move', () => {
    const moved = (settings: HashSettings): number => {
      const bed = bedOf({ method: 'source', hash: settings }, { servers: servers(10, 10, 10, 10) });
      const ask = () => Array.from({ length: 100 }, (_, host) => bed.visit({ source: `198.51.${host}.${host * 2}` }));
      const before = ask();
      bed.states.administration.setMaintenance(bed.server('s4'), bed.now);
      const after = ask();
      return before.filter((name, index) => name !== 's4' && name !== after[index]).length;
    };
    expect(moved(consistent)).toBe(0);
    expect(moved(hash)).toBeGreaterThan(30);
  });

  it('keeps a server from more than its share', () => {
    const balance: Balance = {
      method: 'hdr',
      name: 'x',
      domainOnly: false,
      hash: { ...consistent, balanceFactor: 150 },
    };
    const bed = bedOf(balance);
    const names = Array.from({ length: 12 }, () => bed.open({ headers: ['x: same'] }).outcome);
    expect(
      Math.max(...['s1', 's2', 's3'].map((name) => names.filter((one) => one === name).length)),
    ).toBeLessThanOrEqual(6);
  });
});
