import { Neighbour } from './neighbour.ts';
import { NLM_F_CREATE, NLM_F_REPLACE } from './netlink/message.ts';
import type { NetlinkMessage } from './netlink/message.ts';
import {
  decodeAddress,
  decodeLink,
  decodeNeighbour,
  decodeRoute,
  encodeDumpRequest,
  encodeForgetNeighbour,
  encodeRouteRequest,
  encodeUseNeighbour,
  RTM_DELADDR,
  RTM_DELLINK,
  RTM_DELNEIGH,
  RTM_GETADDR,
  RTM_GETLINK,
  RTM_GETNEIGH,
  RTM_GETROUTE,
  RTM_NEWADDR,
  RTM_NEWLINK,
  RTM_NEWNEIGH,
  RTN_UNICAST,
} from './netlink/route-messages.ts';
import type { LinkMessage, NeighbourMessage, RouteMessage } from './netlink/route-messages.ts';
import {
  GROUP_IPV4_ADDRESS,
  GROUP_IPV4_ROUTE,
  GROUP_IPV4_RULE,
  GROUP_LINK,
  GROUP_NEIGHBOUR,
  NetlinkSocket,
} from './netlink/socket.ts';

const GROUPS = GROUP_LINK | GROUP_NEIGHBOUR | GROUP_IPV4_ADDRESS | GROUP_IPV4_ROUTE | GROUP_IPV4_RULE;

/** The kernel's links, addresses and neighbours, kept up to date by its notifications, and its routes, asked one by one. */
export class KernelNetwork {
  private readonly requests = new NetlinkSocket(0);
  private readonly news = new NetlinkSocket(GROUPS);
  private readonly neighbourChanged: (neighbour: Neighbour) => void;
  private readonly links = new Map<number, LinkMessage>();
  /** First address by interface. */
  private readonly addresses = new Map<number, number>();
  private readonly neighbours = new Map<string, Neighbour>();

  /** `neighbourChanged` is called when an address became known, is another one, or is no longer known. */
  constructor(neighbourChanged: (neighbour: Neighbour) => void) {
    this.neighbourChanged = neighbourChanged;
    this.readAll();
  }

  /** To poll for notifications. */
  get descriptor(): number {
    return this.news.descriptor;
  }

  link(index: number): LinkMessage | undefined {
    return this.links.get(index);
  }

  linkNamed(name: string): LinkMessage | undefined {
    return [...this.links.values()].find((link) => link.name === name);
  }

  /** 0 when the interface has none. */
  addressOf(index: number): number {
    return this.addresses.get(index) ?? 0;
  }

  /** The kernel's routing decision; undefined when it has no route. `source` that is not local is ignored. */
  route(destination: number, source: number): RouteMessage | undefined {
    const answer =
      this.requests.get(RTM_GETROUTE, encodeRouteRequest(destination, source)) ??
      this.requests.get(RTM_GETROUTE, encodeRouteRequest(destination, 0));
    if (answer === undefined) return undefined;
    const route = decodeRoute(answer);
    return route.type === RTN_UNICAST ? route : undefined;
  }

  neighbour(index: number, address: number): Neighbour {
    const key = `${String(index)} ${String(address)}`;
    let neighbour = this.neighbours.get(key);
    if (neighbour === undefined) {
      neighbour = new Neighbour(index, address);
      this.neighbours.set(key, neighbour);
    }
    return neighbour;
  }

  /** Makes the kernel resolve or confirm a neighbour; the answer comes as a notification. */
  askFor(neighbour: Neighbour): void {
    this.changeNeighbour(NLM_F_CREATE, encodeUseNeighbour(neighbour.interfaceIndex, neighbour.address));
  }

  /** Makes the kernel look for a neighbour as if it had never heard of it. */
  lookFor(neighbour: Neighbour): void {
    const { interfaceIndex, address } = neighbour;
    this.changeNeighbour(NLM_F_CREATE | NLM_F_REPLACE, encodeForgetNeighbour(interfaceIndex, address));
    this.changeNeighbour(NLM_F_CREATE, encodeUseNeighbour(interfaceIndex, address));
  }

  private changeNeighbour(flags: number, request: Uint8Array): void {
    try {
      this.requests.change(RTM_NEWNEIGH, flags, request);
    } catch {
      // The interface is down or gone: its notification is under way, and the frame waits like on a dead wire.
    }
  }

  /** True when links, addresses, routes or rules changed: everything worked out from them is old then. */
  readNotifications(): boolean {
    const { messages, lost } = this.news.notifications();
    if (lost) {
      this.readAll();
      return true;
    }
    let isRoutingOld = false;
    for (const message of messages) {
      if (message.type === RTM_NEWNEIGH || message.type === RTM_DELNEIGH) this.readNeighbour(message);
      else isRoutingOld = this.readInterface(message) || isRoutingOld;
    }
    return isRoutingOld;
  }

  private readAll(): void {
    const request = encodeDumpRequest();
    this.links.clear();
    for (const message of this.requests.dump(RTM_GETLINK, request)) this.readLink(decodeLink(message));
    this.readAddresses();
    for (const message of this.requests.dump(RTM_GETNEIGH, request)) this.readNeighbour(message);
  }

  private readAddresses(): void {
    this.addresses.clear();
    for (const message of this.requests.dump(RTM_GETADDR, encodeDumpRequest())) {
      const address = decodeAddress(message);
      if (address !== undefined && !this.addresses.has(address.index))
        this.addresses.set(address.index, address.address);
    }
  }

  /** True: routes may lead elsewhere now. Route and rule messages need no reading, that they came is the news. */
  private readInterface(message: NetlinkMessage): boolean {
    if (message.type === RTM_NEWLINK) return this.readLink(decodeLink(message));
    if (message.type === RTM_DELLINK) this.links.delete(decodeLink(message).index);
    if (message.type === RTM_NEWADDR || message.type === RTM_DELADDR) this.readAddresses();
    return true;
  }

  private readLink(link: LinkMessage): boolean {
    const before = this.links.get(link.index);
    // Statistics and wireless events repeat link messages of which nothing concerns us.
    if (before !== undefined && isSameLink(before, link)) return false;
    this.links.set(link.index, link);
    return true;
  }

  private readNeighbour(message: NetlinkMessage): void {
    const news = decodeNeighbour(message);
    if (news === undefined) return;
    const own = this.links.get(news.index)?.hardwareAddress;
    if (own === undefined) return;
    const gone: NeighbourMessage = { ...news, state: 0, hardwareAddress: undefined };
    const { index, address, state, hardwareAddress } = message.type === RTM_DELNEIGH ? gone : news;
    const neighbour = this.neighbour(index, address);
    neighbour.update(state, hardwareAddress, own);
    this.neighbourChanged(neighbour);
  }

  close(): void {
    this.requests.close();
    this.news.close();
  }
}

function isSameLink(left: LinkMessage, right: LinkMessage): boolean {
  return (
    left.name === right.name &&
    left.mtu === right.mtu &&
    left.isUp === right.isUp &&
    String(left.hardwareAddress) === String(right.hardwareAddress)
  );
}
