import { parseAddress } from '../engine/address.ts';
import { RouteSocket } from './netlink/route.ts';
import { NetlinkError, NetlinkSocket, protocols } from './netlink/socket.ts';
import { decodeRoute, encodeRouteRequest, RTM_GETROUTE } from './plane/route-messages.ts';

/** The interface by which this machine reaches an address, and by which its packets come in; '' when there is no route. */
export function interfaceTowards(address: string): string {
  const parsed = parseAddress(address);
  if (parsed === undefined) return '';
  const socket = new NetlinkSocket(protocols.route);
  const links = new RouteSocket();
  try {
    const route = decodeRoute(socket.get('find a route', RTM_GETROUTE, encodeRouteRequest(parsed, undefined, 0)));
    return links.interfaces().find(({ index }) => index === route.index)?.name ?? '';
  } catch (error) {
    if (error instanceof NetlinkError) return '';
    throw error;
  } finally {
    socket.close();
    links.close();
  }
}
