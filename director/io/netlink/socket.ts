import { constants } from 'node:os';
import * as libc from '../libc.ts';
import { decodeMessages, encodeMessage, errorOf, flags, type Message } from './message.ts';

/** linux/netlink.h, linux/rtnetlink.h. */
export const protocols = { route: 0, netfilter: 12, generic: 16 } as const;
export const routeGroups = {
  link: 0x1,
  neighbour: 0x4,
  ipv4Address: 0x10,
  ipv4Route: 0x40,
  ipv4Rule: 0x80,
  ipv6Address: 0x100,
  ipv6Route: 0x400,
  ipv6Rule: 0x40000,
} as const;

const familyNetlink = 16;
const rawNonBlocking = 3 | 0x800 | 0x80000; // SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC
const messageError = 2;
const messageDone = 3;
const pollIn = 1;
const socketLevel = 1; // SOL_SOCKET
const receiveBufferForce = 33; // SO_RCVBUFFORCE
/** Notices of a burst (a whole table flushed) wait here while nobody has time for them. */
const noticeBuffer = 1 << 20;
/** The kernel's largest netlink datagram in dumps is 32 kB. */
const largestDatagram = 64 * 1024;
/** The kernel answers within the call; a second means that it will not. */
const answerTimeoutMs = 1000;

/** A request that the kernel refused, or did not answer: ETIMEDOUT. `code` is the symbolic errno. */
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
  readonly #buffer = new Uint8Array(largestDatagram);
  #sequence = 0;

  /** `groups`: multicast groups to hear, 0 for none; such a socket is for notices only. */
  constructor(protocol: number, groups = 0) {
    this.fd = libc.socket(familyNetlink, rawNonBlocking, protocol);
    const address = new Uint8Array(12);
    const view = new DataView(address.buffer);
    view.setUint16(0, familyNetlink, true);
    view.setUint32(8, groups, true);
    libc.bind(this.fd, address);
    if (groups !== 0) libc.setsockopt(this.fd, socketLevel, receiveBufferForce, noticeBuffer);
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

  /** The one answer to a request that is no dump. */
  get(what: string, type: number, payload: Uint8Array): Message {
    return this.#ask(what, type, flags.request, payload).next().value as Message;
  }

  /** All answers to a dump request. */
  dump(what: string, type: number, payload: Uint8Array): Message[] {
    return [...this.#ask(what, type, flags.request | flags.dump, payload)];
  }

  /** Answers that come late, to a request that was given up, are nobody's. */
  *#ask(what: string, type: number, messageFlags: number, payload: Uint8Array): Generator<Message, void> {
    const sequence = ++this.#sequence;
    libc.send(this.fd, encodeMessage(type, messageFlags, sequence, payload), 0);
    for (;;)
      for (const message of this.#read(what)) {
        if (message.sequence !== sequence) continue;
        if (message.type === messageDone) return;
        if (message.type === messageError) throw new NetlinkError(what, errorOf(message));
        yield message;
      }
  }

  /** Notices that have arrived; `lost` when the kernel had to drop some, so that everything has to be read anew. */
  notices(): { readonly messages: Message[]; readonly lost: boolean } {
    const messages: Message[] = [];
    try {
      for (;;) {
        const length = libc.recv(this.fd, this.#buffer, 0);
        if (length <= 0) return { messages, lost: false };
        messages.push(...decodeMessages(this.#buffer.subarray(0, length)));
      }
    } catch (error) {
      if (error instanceof libc.SystemError && error.code === 'ENOBUFS') return { messages, lost: true };
      throw error;
    }
  }

  /** Throws away whatever is waiting; true when there was something, or when the kernel had to drop some. */
  drain(): boolean {
    const { messages, lost } = this.notices();
    return lost || messages.length > 0;
  }

  /** The kernel has mostly answered before we look: then there is nothing to wait for. */
  #read(what: string): Message[] {
    let length = libc.recv(this.fd, this.#buffer, 0);
    if (length < 0) {
      if (libc.poll(Int32Array.of(this.fd, pollIn), answerTimeoutMs) === 0)
        throw new NetlinkError(what, constants.errno.ETIMEDOUT);
      length = libc.recv(this.fd, this.#buffer, 0);
    }
    return length > 0 ? decodeMessages(this.#buffer.subarray(0, length)) : [];
  }
}
