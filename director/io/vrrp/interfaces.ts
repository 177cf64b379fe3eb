import type { VirtualAddress } from '../../engine/vrrp/configuration.ts';
import { RouteSocket, type NetworkInterface } from '../netlink/route.ts';
import { NetlinkSocket, protocols, routeGroups } from '../netlink/socket.ts';

/** Interfaces as the VRRP thread needs them: kept up to date by the kernel's notices, changed over rtnetlink. */
export class Interfaces {
  readonly #route = new RouteSocket();
  readonly #notices = new NetlinkSocket(protocols.route, routeGroups.link | routeGroups.ipv4Address);
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

  /** The address to speak VRRP from: the first that is not itself a virtual one. Undefined while the link is down. */
  primaryAddress(name: string, virtualAddresses: ReadonlySet<string>): string | undefined {
    const entry = this.#known.get(name);
    if (!entry?.up) return undefined;
    return entry.addresses.find(({ address, secondary }) => !secondary && !virtualAddresses.has(address))?.address;
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
