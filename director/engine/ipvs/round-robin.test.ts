import { describe, expect, it } from 'vitest';
import { frame } from '../packet/packet-builder.ts';
import { ForwarderBench, service } from './forwarder-bench.ts';

const VIRTUAL = '10.0.0.100';
const servers = (weights: number[]): Record<string, number> =>
  Object.fromEntries(weights.map((weight, index) => [`172.16.${String(index + 1)}.2:80`, weight]));

/** The servers that so many new connections get, one digit each. */
function picks(bench: ForwarderBench, count: number, firstPort: number): string {
  return Array.from({ length: count }, (_, index) => {
    const { via } = bench.send(frame('10.0.0.2', VIRTUAL).tcp(firstPort + index, 80, 'SYN'));
    return via?.split('.')[2] ?? '-';
  }).join('');
}

describe('round robin', () => {
  const start = (weights: number[]): ForwarderBench => {
    const bench = new ForwarderBench();
    bench.hold(VIRTUAL);
    bench.apply(service('TCP', `${VIRTUAL}:80`, servers(weights)));
    return bench;
  };

  it('goes through the servers in the reverse of the order in which they were added, as Linux 6.1 does', () => {
    expect(picks(start([3, 2, 1]), 12, 1000)).toBe('321321321321');
  });

  it('passes over servers of weight 0', () => {
    expect(picks(start([1, 0, 1]), 6, 1000)).toBe('313131');
  });

  it('goes on behind the last server when others come and go', () => {
    const bench = start([1, 1, 1]);
    expect(picks(bench, 1, 1000)).toBe('3');
    bench.apply(service('TCP', `${VIRTUAL}:80`, servers([1, 1, 1, 1])));
    expect(picks(bench, 4, 2000)).toBe('2143');
  });

  it('goes on before the next server when the last one is removed', () => {
    const bench = start([1, 1, 1]);
    expect(picks(bench, 2, 1000)).toBe('32');
    const { '172.16.2.2:80': removed, ...rest } = servers([1, 1, 1]);
    expect(removed).toBe(1);
    bench.apply(service('TCP', `${VIRTUAL}:80`, rest));
    expect(picks(bench, 3, 2000)).toBe('131');
  });

  it('starts from the head again when the first server was the last one and is removed', () => {
    const bench = start([1, 1, 1]);
    expect(picks(bench, 1, 1000)).toBe('3');
    bench.apply(service('TCP', `${VIRTUAL}:80`, servers([1, 1])));
    expect(picks(bench, 3, 2000)).toBe('212');
  });
});
