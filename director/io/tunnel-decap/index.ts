import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { decapsulateIpv4, innerPacket } from '../../engine/packet/decapsulate.ts';
import { PROTOCOL_IPIP, PROTOCOL_IPV6 } from '../../engine/packet/encapsulate.ts';
import { errorMessage } from '../errors.ts';
import * as libc from '../libc.ts';
import type { Log } from '../log.ts';

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
const TUNSETIFF = 0x400454ca;
const IFF_TUN_NO_PI = 0x1001;
const SIOCSIFFLAGS = 0x8914;
const IFF_UP = 1;
const IFREQ_SIZE = 40;
const IFNAMSIZ = 16;
const POLLIN = 1;
const LARGEST_DATAGRAM = 65_536;
/** Packets from one socket before the others have their turn. */
const PACKETS_A_TURN = 64;

export interface TunnelDecapOptions {
  /** Name of the TUN device, on which the virtual addresses are put; the kernel's own tunnel device is called `tunl0`. */
  readonly device: string;
  readonly log: Log;
}

interface Source {
  readonly descriptor: number;
  /** The packet inside what the socket received. */
  readonly open: (datagram: Uint8Array) => Uint8Array | undefined;
}

/**
 * What a real server of LVS-TUN needs where the kernel has no ipip: takes the director's outer headers off (IPv4 and IPv6,
 * either in either) and gives the packets inside to the local stack through a TUN device, which goes with the process. As the
 * raw sockets want these packets, the kernel does not answer them with "protocol unreachable".
 */
export class TunnelDecapsulator {
  private readonly device: number;
  private readonly sources: readonly Source[];
  private readonly buffer = new Uint8Array(LARGEST_DATAGRAM);

  /** Throws when the device or the sockets cannot be had: no root, no /dev/net/tun, a device of that name that is none of ours. */
  constructor({ device, log }: TunnelDecapOptions) {
    this.device = openTun(device);
    try {
      this.sources = openSources(log);
      setUp(device);
    } catch (error) {
      closeSync(this.device);
      throw error;
    }
    letAnyoneIn(device, log);
  }

  /** Does nothing else in this process until the process ends. */
  run(): never {
    const polled = Int32Array.from(this.sources.flatMap(({ descriptor }) => [descriptor, POLLIN]));
    for (;;) {
      libc.poll(polled, -1);
      for (const source of this.sources) this.drain(source);
    }
  }

  /** Takes what a socket has, a bounded number of packets. */
  private drain({ descriptor, open }: Source): void {
    for (let count = 0; count < PACKETS_A_TURN; count++) {
      const size = libc.recv(descriptor, this.buffer, MSG_DONTWAIT);
      if (size <= 0) return;
      const packet = open(this.buffer.subarray(0, size));
      if (packet !== undefined) this.deliver(packet);
    }
  }

  /** A packet that the stack refuses is lost, as on any wire. */
  private deliver(packet: Uint8Array): void {
    try {
      libc.write(this.device, packet);
    } catch (error) {
      if (!(error instanceof libc.SystemError)) throw error;
    }
  }
}

function openTun(name: string): number {
  const descriptor = openSync('/dev/net/tun', 'r+');
  try {
    libc.ioctl(descriptor, TUNSETIFF, interfaceRequest(name, IFF_TUN_NO_PI));
  } catch (error) {
    closeSync(descriptor);
    throw new Error(`Cannot make the tunnel device ${name}: ${errorMessage(error)}`, { cause: error });
  }
  return descriptor;
}

/** struct ifreq with flags. */
function interfaceRequest(name: string, flags: number): Uint8Array {
  const request = new Uint8Array(IFREQ_SIZE);
  request.set(new TextEncoder().encode(name).subarray(0, IFNAMSIZ - 1));
  new DataView(request.buffer).setInt16(IFNAMSIZ, flags, true);
  return request;
}

function setUp(name: string): void {
  const socket = libc.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  try {
    libc.ioctl(socket, SIOCSIFFLAGS, interfaceRequest(name, IFF_UP));
  } finally {
    libc.close(socket);
  }
}

function openSources(log: Log): Source[] {
  const open = (family: number, protocol: number): number => libc.socket(family, SOCK_RAW | SOCK_CLOEXEC, protocol);
  // IPv4 raw sockets receive the outer header too, IPv6 ones do not.
  const sources: Source[] = [PROTOCOL_IPIP, PROTOCOL_IPV6].map((protocol) => ({
    descriptor: open(AF_INET, protocol),
    open: decapsulateIpv4,
  }));
  try {
    for (const protocol of [PROTOCOL_IPIP, PROTOCOL_IPV6])
      sources.push({
        descriptor: open(AF_INET6, protocol),
        open: (payload) => innerPacket(payload, protocol),
      });
  } catch (error) {
    log('warn', `No tunnels over IPv6 here: ${errorMessage(error)}`);
  }
  return sources;
}

/**
 * The clients' packets come in by a device that does not lead to them: a strict reverse path filter would drop them, and a loose
 * one does while the device has no address. The kernel takes the greater of this value and that for all devices.
 */
function letAnyoneIn(device: string, log: Log): void {
  const file = (name: string): string => `/proc/sys/net/ipv4/conf/${name}/rp_filter`;
  if (!existsSync(file(device))) return;
  try {
    const isFiltered = readFileSync(file('all'), 'utf8').trim() !== '0';
    writeFileSync(file(device), isFiltered ? '2\n' : '0\n');
    if (isFiltered) log('info', `net.ipv4.conf.all.rp_filter is on: ${device} needs an address of its own`);
  } catch (error) {
    log('warn', `The reverse path filter of ${device} may drop clients' packets: ${errorMessage(error)}`);
  }
}
