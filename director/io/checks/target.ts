import type { CheckTarget } from '../../engine/checks/configuration.ts';
import { parseAddress, toBytes } from '../../engine/address.ts';
import { errorCode, errorMessage } from '../errors.ts';
import { bind, close, setsockopt, socket } from '../libc.ts';

const [AF_INET, AF_INET6, SOL_SOCKET, SO_REUSEADDR, SO_BINDTODEVICE] = [2, 10, 1, 2, 25];
const SOCK_CLOEXEC = 0o2000000;
const SOCK_NONBLOCK = 0o4000;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;

export function familyOf(address: string): 4 | 6 {
  return address.includes(':') ? 6 : 4;
}

/** The scope of a link-local address (`fe80::1%eth0`) is of no interest to a struct sockaddr that is only bound. */
function socketAddress(address: string, port: number): Uint8Array {
  const parsed = parseAddress(address.replace(/%.*$/, ''));
  if (!parsed) throw new Error(`${address} is no address`);
  const bytes = new Uint8Array(parsed.family === 4 ? 16 : 28);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, parsed.family === 4 ? AF_INET : AF_INET6, true);
  view.setUint16(2, port);
  bytes.set(toBytes(parsed), parsed.family === 4 ? 4 : 8);
  return bytes;
}

/**
 * A socket bound to the device and address that a check comes from: Node binds addresses but no devices. The caller closes it. Throws
 * SystemError (`ENODEV`, `EADDRNOTAVAIL`, …).
 */
export function boundSocket(target: CheckTarget, type: number, protocol = 0): number {
  const family = familyOf(target.address) === 4 ? AF_INET : AF_INET6;
  const fd = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
  try {
    const { bindInterface, bindAddress, bindPort = 0 } = target;
    if (bindInterface !== undefined)
      setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, new TextEncoder().encode(`${bindInterface}\0`));
    if (bindAddress !== undefined || bindPort > 0) {
      setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, 1);
      bind(fd, socketAddress(bindAddress ?? (family === AF_INET ? '0.0.0.0' : '::'), bindPort));
    }
    return fd;
  } catch (error) {
    close(fd);
    throw error;
  }
}

const words: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  EHOSTUNREACH: 'no route to the host, or it does not answer ARP',
  ENETUNREACH: 'network unreachable',
  ETIMEDOUT: 'connection timed out',
  ECONNRESET: 'connection reset',
  EPIPE: 'the server closed the connection',
  EADDRNOTAVAIL: 'the address to check from is not on this machine',
  EADDRINUSE: 'the port to check from is in use',
  ENODEV: 'the interface to check from does not exist',
  EACCES: 'not permitted by the system',
  EPERM: 'not permitted by the system',
};

export function reasonOf(error: unknown): string {
  const code = errorCode(error) ?? '';
  return words[code] ?? (/^ERR_(?:SSL|TLS)|^EPROTO$/.test(code) ? tlsReason(error) : errorMessage(error));
}

/** OpenSSL's messages have the thread's number, the source file and a line break: `139…:error:0A00010B:SSL routines:…:wrong version number:…` */
function tlsReason(error: unknown): string {
  const reason = /error:[0-9A-F]+:[^:]*:[^:]*:([^:\n]+)/.exec(errorMessage(error))?.[1] ?? errorMessage(error);
  return reason === 'wrong version number' ? 'TLS: the server does not speak it on this port' : `TLS: ${reason}`;
}
