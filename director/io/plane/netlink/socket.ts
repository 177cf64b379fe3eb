import { constants } from 'node:os';
import * as libc from '../../libc.ts';
import {
  decodeMessages,
  encodeMessage,
  errorOf,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  viewOf,
} from './message.ts';
import type { NetlinkMessage } from './message.ts';

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const NETLINK_ROUTE = 0;
const MSG_DONTWAIT = 0x40;
const SOL_SOCKET = 1;
const SO_RCVTIMEO = 20;
const SO_RCVBUFFORCE = 33;
/** The kernel answers route requests at once; a second without an answer is an error. */
const ANSWER_TIMEOUT_SECONDS = 1;
/** Notifications of a burst (a whole table flushed) wait here while packets are forwarded. */
const NOTIFICATION_BUFFER = 1 << 20;
/** The kernel's largest netlink datagram in dumps is 32 kB. */
const RECEIVE_BUFFER = 65536;

/** Multicast groups as bits (RTMGRP_*): links, neighbours, addresses, routes and rules. */
export const GROUP_LINK = 0x1;
export const GROUP_NEIGHBOUR = 0x4;
export const GROUP_IPV4_ADDRESS = 0x10;
export const GROUP_IPV4_ROUTE = 0x40;
export const GROUP_IPV4_RULE = 0x80;
export const GROUP_IPV6_ADDRESS = 0x100;
export const GROUP_IPV6_ROUTE = 0x400;
export const GROUP_IPV6_RULE = 0x40000;

/** A routing netlink socket, used synchronously: the packet thread has no event loop to wait in. */
export class NetlinkSocket {
  readonly descriptor: number;
  private sequence = 0;
  private readonly buffer = new Uint8Array(RECEIVE_BUFFER);

  /** `groups` are the notifications to receive; a socket for requests joins none. */
  constructor(groups: number) {
    this.descriptor = libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    const address = new Uint8Array(12);
    viewOf(address).setUint16(0, AF_NETLINK, true);
    viewOf(address).setUint32(8, groups, true);
    libc.bind(this.descriptor, address);
    const timeout = new Uint8Array(BigInt64Array.of(BigInt(ANSWER_TIMEOUT_SECONDS), 0n).buffer);
    libc.setsockopt(this.descriptor, SOL_SOCKET, SO_RCVTIMEO, timeout);
    if (groups !== 0) libc.setsockopt(this.descriptor, SOL_SOCKET, SO_RCVBUFFORCE, NOTIFICATION_BUFFER);
  }

  /** All objects of a kind. */
  dump(type: number, payload: Uint8Array): NetlinkMessage[] {
    return this.exchange(type, NLM_F_REQUEST | NLM_F_DUMP, payload);
  }

  /** One object, or undefined with the kernel's errno as the reason. */
  get(type: number, payload: Uint8Array): NetlinkMessage | undefined {
    try {
      return this.exchange(type, NLM_F_REQUEST, payload)[0];
    } catch (error) {
      if (error instanceof libc.SystemError) return undefined;
      throw error;
    }
  }

  /** A change, acknowledged by the kernel. */
  change(type: number, flags: number, payload: Uint8Array): void {
    this.exchange(type, NLM_F_REQUEST | NLM_F_ACK | flags, payload);
  }

  private exchange(type: number, flags: number, payload: Uint8Array): NetlinkMessage[] {
    this.sequence += 1;
    libc.send(this.descriptor, encodeMessage(type, flags, this.sequence, payload), 0);
    const isMultipart = (flags & NLM_F_DUMP) === NLM_F_DUMP;
    const answers: NetlinkMessage[] = [];
    for (;;) {
      for (const message of this.receive(0)) {
        if (message.sequence !== this.sequence) continue;
        if (message.type === NLMSG_DONE) return answers;
        if (message.type === NLMSG_ERROR) return finish(answers, message, type);
        answers.push(message);
      }
      if (!isMultipart && answers.length > 0) return answers;
    }
  }

  private receive(flags: number): NetlinkMessage[] {
    const size = libc.recv(this.descriptor, this.buffer, flags);
    if (size === -1 && flags === 0) throw new libc.SystemError('recv (netlink)', constants.errno.ETIMEDOUT);
    return decodeMessages(this.buffer.subarray(0, Math.max(size, 0)));
  }

  /** Notifications that have arrived; `lost` when the kernel had to drop some, so that the caller reads everything anew. */
  notifications(): { readonly messages: NetlinkMessage[]; readonly lost: boolean } {
    const messages: NetlinkMessage[] = [];
    for (;;) {
      let received: NetlinkMessage[];
      try {
        received = this.receive(MSG_DONTWAIT);
      } catch (error) {
        if (error instanceof libc.SystemError && error.code === 'ENOBUFS') return { messages, lost: true };
        throw error;
      }
      if (received.length === 0) return { messages, lost: false };
      messages.push(...received);
    }
  }

  close(): void {
    libc.close(this.descriptor);
  }
}

function finish(answers: NetlinkMessage[], message: NetlinkMessage, type: number): NetlinkMessage[] {
  const errno = errorOf(message);
  if (errno !== 0) throw new libc.SystemError('netlink', errno, `message type ${String(type)}`);
  return answers;
}
