import { describe, expect, it } from 'vitest';
import { interfaceRules, serviceRules } from './rules.ts';

const lines = (rules: string, what: RegExp): string[] => rules.split('\n').filter((line) => what.test(line));

describe('the rules that keep the kernel away', () => {
  it('name every service and server once, in a stable order', () => {
    const web = { protocol: 'TCP', address: '192.168.1.202', port: 80 } as const;
    const servers = [
      { protocol: 'TCP', address: '10.0.100.3', port: 80 },
      { protocol: 'TCP', address: '10.0.100.2', port: 80 },
      { protocol: 'TCP', address: '10.0.100.2', port: 80 },
    ] as const;
    expect(lines(serviceRules([web], servers), /element|flush set/)).toEqual([
      'flush set netdev relevo_plane services',
      'add element netdev relevo_plane services { 192.168.1.202 . tcp . 80 }',
      'flush set netdev relevo_plane servers',
      'add element netdev relevo_plane servers { 10.0.100.2 . tcp . 80, 10.0.100.3 . tcp . 80 }',
    ]);
  });

  it('name nothing when there is nothing', () => {
    expect(lines(serviceRules([], []), /add element/)).toEqual([]);
  });

  it('never forget who was noted', () => {
    expect(serviceRules([], []) + interfaceRules(['eth0'], ['eth0'])).not.toMatch(
      /flush set netdev relevo_plane (flows|closing)/,
    );
  });

  it('hook into the interfaces that are there, and keep each one’s chain apart', () => {
    const rules = interfaceRules(['eth0', 'enp0s8.7'], ['enp0s8.7']);
    expect(lines(rules, /hook/)).toEqual([
      'add chain netdev relevo_plane port1 { type filter hook ingress device "enp0s8.7" priority 0; policy accept; }',
    ]);
    expect(lines(rules, /delete chain/)).toEqual([
      'delete chain netdev relevo_plane port0',
      'delete chain netdev relevo_plane port1',
    ]);
  });
});
