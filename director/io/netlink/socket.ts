import * as libc from '../libc.ts';
import { decodeMessages, encodeMessage, flags, type Message } from './message.ts';

/** linux/netlink.h, linux/rtnetlink.h. */
export const protocols = { route: 0, netfilter: 12, generic: 16 } as const;
export const routeGroups = { link: 0x1, ipv4Address: 0x10, ipv6Address: 0x100 } as const;

const familyNetlink = 16;
const rawNonBlocking = 3 | 0x800 | 0x80000; // SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC
const messageError = 2;
const messageDone = 3;
const pollIn = 1;
/** The kernel answers within the call; a second means that it will not. */
const answerTimeoutMs = 1000;

/** A request that the kernel refused. `code` is the symbolic errno. */
export class NetlinkError extends Error {
  override readonly name = 'NetlinkError';
  readonly code: string;

  constructor(what: string, errno: number) {
    const code = libc.errnoName(errno);
    super(`The kernel refused to ${what}: ${code}`);
    this.code = code;
  }
}

/** A netlink socket used synchronously: a request is sent, and its answers are read before anything else happens. */
export class NetlinkSocket {
  readonly fd: number;
  readonly #buffer = new Uint8Array(64 * 1024);
  #sequence = 0;

  /** `groups`: multicast groups to hear, 0 for none. */
  constructor(protocol: number, groups = 0) {
    this.fd = libc.socket(familyNetlink, rawNonBlocking, protocol);
    const address = new Uint8Array(12);
    const view = new DataView(address.buffer);
    view.setUint16(0, familyNetlink, true);
    view.setUint32(8, groups, true);
    libc.bind(this.fd, address);
  }

  close(): void {
    libc.close(this.fd);
  }

  /** Sends one request and waits for its acknowledgement. `what` completes "The kernel refused to …". */
  request(what: string, type: number, messageFlags: number, ...parts: Uint8Array[]): void {
    const wanted = flags.request | flags.acknowledge | messageFlags;
    this.sendAll(what, [encodeMessage(type, wanted, ++this.#sequence, ...parts)], 1);
  }

  /** Sends messages that are ready as one datagram and waits for `acknowledgements` answers. */
  sendAll(what: string, messages: readonly Uint8Array[], acknowledgements: number): void {
    libc.send(this.fd, Buffer.concat(messages), 0);
    let missing = acknowledgements;
    while (missing > 0)
      for (const message of this.#read(what)) {
        if (message.type !== messageError) continue;
        missing--;
        const errno = errorOf(message);
        if (errno === 0) continue;
        // One refused message of a batch takes the whole back; the other answers are of no interest.
        this.drain();
        throw new NetlinkError(what, errno);
      }
  }

  /** The answers to a request that is no dump. */
  get(what: string, type: number, payload: Uint8Array): Message[] {
    const wanted = flags.request | flags.acknowledge;
    libc.send(this.fd, encodeMessage(type, wanted, ++this.#sequence, payload), 0);
    const answers: Message[] = [];
    for (;;)
      for (const message of this.#read(what)) {
        if (message.type !== messageError) answers.push(message);
        else if (errorOf(message) === 0) return answers;
        else throw new NetlinkError(what, errorOf(message));
      }
  }

  /** All answers to a dump request. */
  dump(what: string, type: number, payload: Uint8Array): Message[] {
    libc.send(this.fd, encodeMessage(type, flags.request | flags.dump, ++this.#sequence, payload), 0);
    const answers: Message[] = [];
    for (;;)
      for (const message of this.#read(what)) {
        if (message.type === messageDone) return answers;
        if (message.type === messageError) throw new NetlinkError(what, errorOf(message));
        answers.push(message);
      }
  }

  /** Throws away whatever is waiting; true when there was something, or when the kernel had to drop some. */
  drain(): boolean {
    let any = false;
    try {
      while (libc.recv(this.fd, this.#buffer, 0) > 0) any = true;
    } catch (error) {
      if (!(error instanceof libc.SystemError && error.code === 'ENOBUFS')) throw error;
      return true;
    }
    return any;
  }

  #read(what: string): Message[] {
    const descriptor = Int32Array.of(this.fd, pollIn);
    if (libc.poll(descriptor, answerTimeoutMs) === 0)
      throw new Error(`The kernel did not answer the request to ${what}`);
    const length = libc.recv(this.fd, this.#buffer, 0);
    return length > 0 ? decodeMessages(this.#buffer.subarray(0, length)) : [];
  }
}

function errorOf({ payload }: Message): number {
  return -new DataView(payload.buffer, payload.byteOffset, payload.byteLength).getInt32(0, true);
}
