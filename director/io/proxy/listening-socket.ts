import { chmodSync, existsSync, unlinkSync } from 'node:fs';
import type { Bind, BindEndpoint } from '../../engine/proxy/endpoints.ts';
import { DirectorError } from '../errors.ts';
import { AF_INET, AF_INET6, AF_UNIX, inetAddress, unixAddress } from './socket-address.ts';
import * as system from './system.ts';

const [SO_BINDTODEVICE, IPPROTO_IP, IP_TRANSPARENT] = [25, 0, 19];
const [IPPROTO_IPV6, IPV6_V6ONLY, IPV6_TRANSPARENT] = [41, 26, 75];
const [TCP_DEFER_ACCEPT, TCP_USER_TIMEOUT] = [9, 18];
/** As many as the system allows (net.core.somaxconn). */
const BACKLOG = 65_535;

/** One socket to listen on: a bind line's address with one of its ports. */
export interface ListeningPlace {
  readonly bind: Bind;
  /** As the file could name it; the same place in a new configuration has the same. */
  readonly name: string;
  readonly endpoint: BindEndpoint;
  /** Of inet endpoints. */
  readonly port: number;
}

/** All sockets of a bind line. */
export function placesOf(bind: Bind): ListeningPlace[] {
  return bind.endpoints.flatMap((endpoint): ListeningPlace[] => {
    if (endpoint.kind === 'unix')
      return [{ bind, endpoint, port: 0, name: `${endpoint.abstract ? 'abns@' : 'unix@'}${endpoint.path}` }];
    if (endpoint.kind === 'descriptor') return [{ bind, endpoint, port: 0, name: `fd@${endpoint.descriptor}` }];
    const { from, to } = endpoint.ports;
    return Array.from({ length: to - from + 1 }, (_, index) => ({
      bind,
      endpoint,
      port: from + index,
      name: `${hostOf(endpoint.host, endpoint.family)}:${from + index}`,
    }));
  });
}

/** The descriptor. Throws DirectorError that names the place and what is wrong with it. */
export function openListeningSocket(place: ListeningPlace): number {
  const { endpoint, bind } = place;
  if (endpoint.kind === 'descriptor') return endpoint.descriptor;
  const { domain, address } = addressOf(endpoint, place.port);
  const fd = system.socket(domain, system.SOCK_STREAM | system.SOCK_NONBLOCK_CLOEXEC, 0);
  const fail = (call: string): never => {
    const name = system.errorName(system.lastError());
    system.close(fd);
    throw new DirectorError('cannot-listen', `Cannot ${call} ${place.name}: ${name}${ADVICE[name] ?? ''}.`);
  };
  if (fd === -1) fail('open a socket for');
  if (domain !== AF_UNIX) setOptions(fd, domain, bind, fail);
  const path = endpoint.kind === 'unix' && !endpoint.abstract ? endpoint.path : undefined;
  if (path !== undefined && existsSync(path)) unlinkSync(path);
  if (system.bind(fd, address, address.length) === -1) fail('bind to');
  if (path !== undefined && bind.permissions?.mode !== undefined) chmodSync(path, bind.permissions.mode);
  if (system.listen(fd, bind.backlog ?? BACKLOG) === -1) fail('listen on');
  return fd;
}

function addressOf(
  endpoint: Exclude<BindEndpoint, { kind: 'descriptor' }>,
  port: number,
): { domain: number; address: Uint8Array } {
  if (endpoint.kind === 'unix') return { domain: AF_UNIX, address: unixAddress(endpoint.path, endpoint.abstract) };
  const host = hostOf(endpoint.host, endpoint.family);
  return { domain: host.includes(':') ? AF_INET6 : AF_INET, address: inetAddress(host, port) };
}

const ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE: ' (another program listens there: "ss -ltnp" names it)',
  EADDRNOTAVAIL: ' (this machine does not have the address: net.ipv4.ip_nonlocal_bind=1 lets a standby bind to it)',
  EACCES: ' (ports below 1024 are for root)',
};

function hostOf(host: string, family: 'any' | 4 | 6): string {
  if (host !== 'any') return host;
  return family === 6 ? '::' : '0.0.0.0';
}

function setOptions(fd: number, domain: number, bind: Bind, fail: (call: string) => never): void {
  const set = (level: number, option: number, value: number | Uint8Array): void => {
    const bytes = typeof value === 'number' ? new Uint8Array(Int32Array.of(value).buffer) : value;
    if (system.setsockopt(fd, level, option, bytes, bytes.length) === -1) fail('set up the socket for');
  };
  set(system.SOL_SOCKET, system.SO_REUSEADDR, 1);
  // A program that takes over binds before this one has let go.
  set(system.SOL_SOCKET, system.SO_REUSEPORT, 1);
  if (domain === AF_INET6) set(IPPROTO_IPV6, IPV6_V6ONLY, bind.ipv6 === 'v4v6' ? 0 : 1);
  // VRRP moves addresses: a socket for one that is not here yet is what a standby needs.
  if (bind.transparent)
    set(domain === AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP, domain === AF_INET6 ? IPV6_TRANSPARENT : IP_TRANSPARENT, 1);
  if (bind.interface !== undefined) set(system.SOL_SOCKET, SO_BINDTODEVICE, Buffer.from(`${bind.interface}\0`));
  if (bind.deferAccept) set(system.IPPROTO_TCP, TCP_DEFER_ACCEPT, 60);
  if (bind.tcpUserTimeoutMs !== undefined) set(system.IPPROTO_TCP, TCP_USER_TIMEOUT, bind.tcpUserTimeoutMs);
}
