import { describe, expect, it } from 'vitest';
import { parseAddress } from '../address.ts';
import type { Address } from '../address.ts';
import { Destination, VirtualService } from './service.ts';
import { TunnelRoutes } from './tunnel-routes.ts';

const address = (text: string): Address => parseAddress(text) ?? { family: 4, words: new Uint32Array(4) };
const server = address('10.0.100.2');
const service = new VirtualService({ protocol: 6, address: address('10.0.0.1'), port: 80, mark: 0 });
const destination = (): Destination => new Destination(1, service, server, 80);

describe('the MTU on the way to a tunnelled server', () => {
  it('is what was learned with the next packet, the old one until then', () => {
    const routes = new TunnelRoutes();
    const one = destination();
    expect(routes.mtu(one, server, 1500, 0)).toBe(1500);
    expect(routes.learn(one, server, 1400, 0)).toBe(1500);
    expect(routes.learn(one, server, 1400, 0)).toBe(1500);
    expect(routes.mtu(one, server, 1500, 0)).toBe(1400);
  });

  it('is known at once when it is not the first that is learned', () => {
    const routes = new TunnelRoutes();
    const one = destination();
    routes.learn(one, server, 1400, 0);
    routes.mtu(one, server, 1500, 0);
    expect(routes.learn(one, server, 1300, 0)).toBe(1300);
    expect(routes.mtu(one, server, 1500, 0)).toBe(1300);
    expect(routes.mtu(one, server, 1500, 600_001)).toBe(1500);
    expect(routes.learn(one, server, 1200, 600_001)).toBe(1200);
  });

  it('counts for every service with that server, and for no other server', () => {
    const routes = new TunnelRoutes();
    const [one, other] = [destination(), destination()];
    routes.mtu(other, server, 1500, 0);
    expect(routes.learn(one, server, 1400, 0)).toBe(1400);
    expect(routes.mtu(other, server, 1500, 0)).toBe(1400);
    expect(routes.mtu(undefined, server, 1500, 0)).toBe(1400);
    expect(routes.mtu(destination(), address('10.0.100.3'), 1500, 0)).toBe(1500);
  });

  it('never grows by an error, nor falls below what the kernel takes for the least', () => {
    const routes = new TunnelRoutes();
    const one = destination();
    routes.learn(one, server, 0, 0);
    expect(routes.mtu(one, server, 1500, 0)).toBe(552);
    routes.learn(one, server, 1400, 0);
    expect(routes.mtu(one, server, 1500, 0)).toBe(552);
  });

  it('is forgotten after ten minutes, and follows the link', () => {
    const routes = new TunnelRoutes();
    const one = destination();
    routes.learn(one, server, 1400, 0);
    expect(routes.mtu(one, server, 1500, 600_000)).toBe(1400);
    expect(routes.mtu(one, server, 1300, 600_000)).toBe(1300);
    expect(routes.mtu(one, server, 1500, 600_001)).toBe(1500);
  });
});
