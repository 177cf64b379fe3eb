import { isSameAddress, type VirtualAddress } from '../../engine/vrrp/configuration.ts';
import type { LinkState } from '../../engine/vrrp/tracking.ts';
import { RouteSocket, type NetworkInterface } from '../netlink/route.ts';
import { NetlinkSocket, protocols, routeGroups } from '../netlink/socket.ts';

/** Interfaces as the VRRP thread needs them: kept up to date by the kernel's notices, changed over rtnetlink. */
export class Interfaces {
  readonly #route = new RouteSocket();
  readonly #notices = new NetlinkSocket(
    protocols.route,
    routeGroups.link | routeGroups.ipv4Address | routeGroups.ipv6Address,
  );
  #known = new Map<string, NetworkInterface>();

  constructor() {
    this.refresh();
  }

  /** To poll: readable when something about the interfaces has changed. */
  get noticeFd(): number {
    return this.#notices.fd;
  }

  refresh(): void {
    // First empty the queue, then look: whatever changes meanwhile leaves a new notice.
    this.#notices.drain();
    this.#known = new Map(this.#route.interfaces().map((entry) => [entry.name, entry]));
  }

  get(name: string): NetworkInterface | undefined {
    return this.#known.get(name);
  }

  /**
   * An interface as the engine sees it. The addresses to speak from are the first that is not itself a virtual one, and
   * for IPv6 the first such link-local one (RFC 9568 section 5.1.2.1). Undefined: there is no such interface.
   */
  link(name: string, virtualAddresses: readonly string[]): LinkState | undefined {
    const entry = this.#known.get(name);
    if (!entry) return undefined;
    const isOwn = ({ address }: { address: string }): boolean =>
      !virtualAddresses.some((virtual) => isSameAddress(virtual, address));
    const ipv4 = entry.addresses.find((item) => !item.secondary && isOwn(item))?.address;
    const ipv6 = entry.ipv6Addresses.find((item) => /^fe[89ab]/.test(item.address) && isOwn(item))?.address;
    return {
      up: entry.up,
      ...(ipv4 === undefined ? {} : { ipv4 }),
      ...(ipv6 === undefined ? {} : { ipv6 }),
    };
  }

  /** Returns false when it was there already, put there by someone else. */
  add(address: VirtualAddress): boolean {
    return this.#route.addAddress(address, this.#index(address));
  }

  /** Returns false when it was gone already. */
  remove(address: VirtualAddress): boolean {
    const index = this.#known.get(address.interface)?.index;
    return index === undefined ? false : this.#route.removeAddress(address, index);
  }

  close(): void {
    this.#notices.close();
    this.#route.close();
  }

  #index({ interface: name, address }: VirtualAddress): number {
    const index = this.#known.get(name)?.index;
    if (index === undefined) throw new Error(`There is no interface ${name} to carry ${address}`);
    return index;
  }
}
