import { formatAddress } from '../../engine/address.ts';
import type { Address, Family } from '../../engine/address.ts';
import { Neighbour } from './neighbour.ts';
import { flags } from '../netlink/message.ts';
import type { Message } from '../netlink/message.ts';
import { NetlinkError, NetlinkSocket, protocols, routeGroups } from '../netlink/socket.ts';
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
} from './route-messages.ts';
import type { AddressMessage, LinkMessage, NeighbourMessage, RouteMessage } from './route-messages.ts';

/** Links, neighbours, addresses, routes and rules. */
const GROUPS = Object.values(routeGroups).reduce((all, group) => all | group, 0);

/** The kernel's links, addresses and neighbours, kept up to date by its notifications, and its routes, asked one by one. */
export class KernelNetwork {
  private readonly requests = new NetlinkSocket(protocols.route);
  private readonly news = new NetlinkSocket(protocols.route, GROUPS);
  private readonly neighbourChanged: (neighbour: Neighbour) => void;
  private readonly links = new Map<number, LinkMessage>();
  private addresses: AddressMessage[] = [];
  private readonly neighbours = new Map<string, Neighbour>();

  /** `neighbourChanged` is called when an address became known, is another one, or is no longer known. */
  constructor(neighbourChanged: (neighbour: Neighbour) => void) {
    this.neighbourChanged = neighbourChanged;
    this.readAll();
  }

  /** To poll for notifications. */
  get descriptor(): number {
    return this.news.fd;
  }

  link(index: number): LinkMessage | undefined {
    return this.links.get(index);
  }

  linkNamed(name: string): LinkMessage | undefined {
    return [...this.links.values()].find((link) => link.name === name);
  }

  loopback(): LinkMessage | undefined {
    return [...this.links.values()].find(({ isLoopback }) => isLoopback);
  }

  /** The first address of an interface that others may answer to; undefined when it has none. */
  addressOf(index: number, family: Family): Address | undefined {
    return this.addresses.find((one) => one.index === index && one.isUsable && one.address.family === family)?.address;
  }

  /** All addresses of this host, of whatever interface. */
  localAddresses(): Address[] {
    return this.addresses.map(({ address }) => address);
  }

  /** The kernel's routing decision; undefined when it has no route. `source` that is not local is ignored. */
  route(destination: Address, source: Address | undefined, mark = 0): RouteMessage | undefined {
    return (
      (source && this.askRoute(encodeRouteRequest(destination, source, mark))) ??
      this.askRoute(encodeRouteRequest(destination, undefined, mark))
    );
  }

  private askRoute(request: Uint8Array): RouteMessage | undefined {
    try {
      return decodeRoute(this.requests.get('find a route', RTM_GETROUTE, request));
    } catch (error) {
      if (error instanceof NetlinkError) return undefined;
      throw error;
    }
  }

  neighbour(index: number, address: Address): Neighbour {
    const key = `${String(index)} ${formatAddress(address)}`;
    let neighbour = this.neighbours.get(key);
    if (neighbour === undefined) {
      neighbour = new Neighbour(index, address);
      this.neighbours.set(key, neighbour);
    }
    return neighbour;
  }

  /** Makes the kernel resolve or confirm a neighbour; the answer comes as a notification. */
  askFor(neighbour: Neighbour): void {
    this.changeNeighbour(flags.create, encodeUseNeighbour(neighbour.interfaceIndex, neighbour.address));
  }

  /** Makes the kernel look for a neighbour as if it had never heard of it. */
  lookFor(neighbour: Neighbour): void {
    const { interfaceIndex, address } = neighbour;
    this.changeNeighbour(flags.create | flags.replace, encodeForgetNeighbour(interfaceIndex, address));
    this.changeNeighbour(flags.create, encodeUseNeighbour(interfaceIndex, address));
  }

  private changeNeighbour(messageFlags: number, request: Uint8Array): void {
    try {
      this.requests.request('look for a neighbour', RTM_NEWNEIGH, messageFlags, request);
    } catch {
      // The interface is down or gone: its notification is under way, and the frame waits like on a dead wire.
    }
  }

  /** True when links, addresses, routes or rules changed: everything worked out from them is old then. */
  readNotifications(): boolean {
    const { messages, lost } = this.news.notices();
    if (lost) {
      this.readAll();
      return true;
    }
    let isRoutingOld = false;
    let areAddressesOld = false;
    for (const message of messages) {
      if (message.type === RTM_NEWNEIGH || message.type === RTM_DELNEIGH) this.readNeighbour(message);
      else isRoutingOld = this.readInterface(message) || isRoutingOld;
      areAddressesOld ||= message.type === RTM_NEWADDR || message.type === RTM_DELADDR;
    }
    if (areAddressesOld) this.readAddresses();
    return isRoutingOld;
  }

  private readAll(): void {
    this.links.clear();
    for (const message of this.requests.dump('list links', RTM_GETLINK, encodeDumpRequest(4)))
      this.readLink(decodeLink(message));
    this.readAddresses();
    for (const family of [4, 6] as const)
      for (const message of this.requests.dump('list neighbours', RTM_GETNEIGH, encodeDumpRequest(family)))
        this.readNeighbour(message);
  }

  private readAddresses(): void {
    const messages = ([4, 6] as const).flatMap((family) =>
      this.requests.dump('list addresses', RTM_GETADDR, encodeDumpRequest(family)),
    );
    this.addresses = messages.flatMap((message) => decodeAddress(message) ?? []);
  }

  /** True: routes may lead elsewhere now. Route and rule messages need no reading, that they came is the news. */
  private readInterface(message: Message): boolean {
    if (message.type === RTM_NEWLINK) return this.readLink(decodeLink(message));
    if (message.type === RTM_DELLINK) this.links.delete(decodeLink(message).index);
    return true;
  }

  private readLink(link: LinkMessage): boolean {
    const before = this.links.get(link.index);
    // Statistics and wireless events repeat link messages of which nothing concerns us.
    if (before !== undefined && isSameLink(before, link)) return false;
    this.links.set(link.index, link);
    return true;
  }

  private readNeighbour(message: Message): void {
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
