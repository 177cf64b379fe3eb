import type { ListenerRuntime } from '../../engine/proxy/runtime/frontend-runtime.ts';
import type { FrontendRuntime } from '../../engine/proxy/runtime/frontend-runtime.ts';
import type { SocketAddress } from '../../engine/proxy/runtime/session.ts';
import { LARGEST_ADDRESS, readAddress } from './socket-address.ts';
import type { DescriptorUser } from './socket-loop.ts';
import * as system from './system.ts';

/** Connections that are taken in at once, so that those that are there already are not kept waiting. */
const ACCEPTS_AT_ONCE = 64;
const ON = new Uint8Array(Int32Array.of(1).buffer);

export interface Accepted {
  /** Still of nobody. */
  readonly fd: number;
  readonly from: SocketAddress;
  /** Asked of the system only when somebody wants to know. */
  readonly to: () => SocketAddress;
}

/** Accepts the clients of one listening socket. */
export class ClientListener implements DescriptorUser {
  readonly fd: number;
  readonly frontend: FrontendRuntime;
  readonly listener: ListenerRuntime;
  readonly #onClient: (accepted: Accepted, from: ClientListener, now: number) => void;
  readonly #address = new Uint8Array(LARGEST_ADDRESS);
  readonly #size = new Uint32Array(1);
  readonly #sizeBytes = new Uint8Array(this.#size.buffer);

  constructor(
    fd: number,
    [frontend, listener]: readonly [FrontendRuntime, ListenerRuntime],
    onClient: (accepted: Accepted, from: ClientListener, now: number) => void,
  ) {
    this.fd = fd;
    this.frontend = frontend;
    this.listener = listener;
    this.#onClient = onClient;
  }

  readable(now: number): void {
    for (let times = 0; times < ACCEPTS_AT_ONCE; times++) {
      this.#size[0] = LARGEST_ADDRESS;
      const fd = system.accept4(this.fd, this.#address, this.#sizeBytes, system.SOCK_NONBLOCK_CLOEXEC);
      if (fd === -1) return;
      system.setsockopt(fd, system.IPPROTO_TCP, system.TCP_NODELAY, ON, 4);
      this.#onClient({ fd, from: readAddress(this.#address), to: () => ownAddress(fd) }, this, now);
    }
  }
}

/** Our end of a socket. */
export function ownAddress(fd: number): SocketAddress {
  const address = new Uint8Array(LARGEST_ADDRESS);
  system.getsockname(fd, address, new Uint8Array(Uint32Array.of(LARGEST_ADDRESS).buffer));
  return readAddress(address);
}
