import { lookup } from 'node:dns/promises';
import { write } from 'node:fs';
import { isIP } from 'node:net';
import type { LogTarget } from '../../engine/proxy/global.ts';
import type { LogSink } from '../../engine/proxy/logs/log-writer.ts';
import { close, sendto, socket } from '../libc.ts';
import { AF_INET, AF_INET6, AF_UNIX, inetAddress, unixAddress } from './socket-address.ts';

const SOCK_DGRAM_NONBLOCK_CLOEXEC = 0o2004002;
const MSG_DONTWAIT_NOSIGNAL = 0x4040;
/** Lines on their way to one descriptor; a terminal or a pipe that nobody reads takes no more. */
const MOST_PENDING = 1024;

type Target = LogTarget['to'];

interface Place {
  readonly domain: number;
  readonly address: Uint8Array;
}

/**
 * Sends log lines as datagrams, and to descriptors. Nothing ever waits: what the system does not take at once is dropped, and
 * counted. Names are resolved by `prepare`; lines for a name that is not known yet are dropped.
 */
export class SystemLogSink implements LogSink {
  dropped = 0;
  readonly #places = new Map<Target, Place | undefined>();
  readonly #sockets = new Map<number, number>();
  readonly #pending = new Map<number, number>();
  readonly #named = new Map<string, string>();

  /** Looks up the hosts of targets. */
  async prepare(targets: Iterable<Target>): Promise<void> {
    const names = new Set<string>();
    for (const target of targets) if (target.kind === 'udp' && isIP(target.host) === 0) names.add(target.host);
    await Promise.all([...names].map((name) => this.#resolve(name)));
    this.#places.clear();
  }

  send(target: Target, octets: Uint8Array): void {
    if (target.kind === 'descriptor') this.#writeTo(target.descriptor, octets);
    else if (!this.#sendTo(target, octets)) this.dropped++;
  }

  close(): void {
    for (const fd of this.#sockets.values()) close(fd);
    this.#sockets.clear();
  }

  async #resolve(name: string): Promise<void> {
    const found = await lookup(name).catch(() => undefined);
    if (found !== undefined) this.#named.set(name, found.address);
  }

  #sendTo(target: Exclude<Target, { kind: 'descriptor' }>, octets: Uint8Array): boolean {
    let place = this.#places.get(target);
    if (place === undefined) {
      place = this.#placeOf(target);
      this.#places.set(target, place);
    }
    if (place === undefined) return false;
    try {
      return sendto(this.#socket(place.domain), octets, MSG_DONTWAIT_NOSIGNAL, place.address) === octets.length;
    } catch {
      // Nobody is there, or the line is too long for a datagram.
      return false;
    }
  }

  #placeOf(target: Exclude<Target, { kind: 'descriptor' }>): Place | undefined {
    if (target.kind === 'unix') return { domain: AF_UNIX, address: unixAddress(target.path, false) };
    const host = isIP(target.host) === 0 ? this.#named.get(target.host) : target.host;
    if (host === undefined) return undefined;
    return { domain: host.includes(':') ? AF_INET6 : AF_INET, address: inetAddress(host, target.port) };
  }

  #socket(domain: number): number {
    const open = this.#sockets.get(domain);
    if (open !== undefined) return open;
    const fd = socket(domain, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0);
    this.#sockets.set(domain, fd);
    return fd;
  }

  /** On one of Node's threads, as a descriptor that others share cannot be told not to block. */
  #writeTo(descriptor: number, octets: Uint8Array): void {
    const pending = this.#pending.get(descriptor) ?? 0;
    if (pending >= MOST_PENDING) {
      this.dropped++;
      return;
    }
    this.#pending.set(descriptor, pending + 1);
    write(descriptor, octets, 0, octets.length, null, (error) => {
      this.#pending.set(descriptor, (this.#pending.get(descriptor) ?? 1) - 1);
      if (error !== null) this.dropped++;
    });
  }
}
