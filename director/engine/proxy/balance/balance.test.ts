import { describe, expect, it } from 'vitest';
import type { Balance, BackSide } from '../backend.ts';
import type { Server } from '../servers.ts';
import { DispatchBed } from '../testing/dispatch-bed.ts';
import { backSide, listenSettings, serverSettings } from '../testing/settings.ts';

const hash = { type: 'map-based', function: 'sdbm', avalanche: false, balanceFactor: 0 } as const;
const servers = (...weights: number[]): Server[] =>
  weights.map((weight, index) => serverSettings(`s${index + 1}`, { weight }));
const bedOf = (balance: Balance, differing: Partial<BackSide> = {}): DispatchBed =>
  new DispatchBed(listenSettings({ back: backSide({ balance, servers: servers(1, 1, 1), ...differing }) }));

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
});
