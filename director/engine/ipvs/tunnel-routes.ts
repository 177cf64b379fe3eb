import { formatAddress } from '../address.ts';
import type { Address } from '../address.ts';
import type { Destination } from './service.ts';

/** net.ipv4.route.mtu_expires. */
const LEARNED_MTU_LIFETIME_MS = 600_000;
/** net.ipv4.route.min_pmtu: no error makes a route narrower than that. */
const LEAST_LEARNED_MTU = 552;

/** What routers said of the way to an address (struct fib_nh_exception). */
interface Learned {
  /** Bytes. */
  mtu: number;
  until: number;
}

/** The route that a real server's last packet took; found anew when something else was learned since, or the link changed. */
export interface TunnelRoute {
  readonly linkMtu: number;
  readonly learned: Learned | undefined;
  readonly version: number;
}

/**
 * How much passes on the ways to tunnelled servers. What routers' errors say is learned by address. Every real server keeps the
 * route that its last packet took, as the kernel's destinations cache theirs: the first error about an address is news to that
 * route with the next packet only, later ones at once (ip_vs_xmit.c, __ip_vs_dst_check; route.c, update_or_create_fnhe).
 */
export class TunnelRoutes {
  private readonly learned = new Map<string, Learned>();

  /** For a packet that leaves now. */
  mtu(destination: Destination | undefined, server: Address, linkMtu: number, now: number): number {
    let route = destination?.tunnelRoute;
    // Nothing is ever taken out of the map.
    if (route?.version !== this.learned.size || route.linkMtu !== linkMtu) {
      const found = this.learned.size === 0 ? undefined : this.learned.get(formatAddress(server));
      route = { linkMtu, learned: found, version: this.learned.size };
      if (destination !== undefined) destination.tunnelRoute = route;
    }
    return mtuOf(route, now);
  }

  /** A router said that no more than `mtu` bytes pass. Returns the MTU of the route that the server's last packet took. */
  learn(destination: Destination | undefined, server: Address, mtu: number, now: number): number {
    const name = formatAddress(server);
    const known = this.learned.get(name);
    const learned = known ?? { mtu: Infinity, until: now };
    if (known === undefined) this.learned.set(name, learned);
    const narrowed = Math.max(mtu, LEAST_LEARNED_MTU);
    if (now > learned.until || narrowed <= learned.mtu) {
      learned.mtu = narrowed;
      learned.until = now + LEARNED_MTU_LIFETIME_MS;
    }
    return destination?.tunnelRoute === undefined ? mtu : mtuOf(destination.tunnelRoute, now);
  }
}

function mtuOf({ linkMtu, learned }: TunnelRoute, now: number): number {
  return learned === undefined || now > learned.until ? linkMtu : Math.min(linkMtu, learned.mtu);
}
