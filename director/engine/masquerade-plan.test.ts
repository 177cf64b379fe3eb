import { describe, expect, it } from 'vitest';
import { planMasquerade } from './masquerade-plan.ts';

const outside = { interface: 'eth0', address: '192.168.1.101', prefixLength: 24 };
const inside = { interface: 'eth1', address: '10.0.100.1', prefixLength: 24 };
const virtual = { interface: 'eth1', address: '10.0.100.200', prefixLength: 32 };

describe('planMasquerade', () => {
  it('masquerades the network of the real servers out of the other interface', () => {
    expect(planMasquerade(['10.0.100.2', '10.0.100.5'], [outside, inside, virtual], ['eth0', 'eth1'])).toEqual([
      { network: '10.0.100.0', prefixLength: 24, outInterface: 'eth0' },
    ]);
  });
  it('does nothing when the servers are on the only network', () => {
    expect(planMasquerade(['192.168.1.7'], [outside], ['eth0'])).toEqual([]);
  });
  it('does nothing for servers behind a router', () => {
    expect(planMasquerade(['172.16.0.9'], [outside, inside], ['eth0', 'eth1'])).toEqual([]);
  });
  it('reckons with networks whose border is not on a dot, high addresses included', () => {
    const odd = { interface: 'eth1', address: '203.0.113.77', prefixLength: 27 };
    expect(planMasquerade(['203.0.113.66'], [outside, odd], ['eth0', 'eth1'])).toEqual([
      { network: '203.0.113.64', prefixLength: 27, outInterface: 'eth0' },
    ]);
    expect(planMasquerade(['203.0.113.96'], [outside, odd], ['eth0', 'eth1'])).toEqual([]);
  });
});
