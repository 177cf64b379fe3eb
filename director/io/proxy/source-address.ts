import type { SourceAddress } from '../../engine/proxy/endpoints.ts';
import { inetAddress } from './socket-address.ts';
import * as system from './system.ts';

const SO_BINDTODEVICE = 25;

/** `source`: where a connection that we make comes from. What the system refuses shows when the connection is tried. */
export function bindSource(fd: number, { host, ports, interface: device }: SourceAddress): void {
  if (device !== undefined) {
    const name = Buffer.from(`${device}\0`);
    system.setsockopt(fd, system.SOL_SOCKET, SO_BINDTODEVICE, name, name.length);
  }
  const address = inetAddress(host, ports.from);
  system.bind(fd, address, address.length);
}
