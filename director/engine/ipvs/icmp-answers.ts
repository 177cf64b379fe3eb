import { buildIcmpError, icmpErrorOf } from '../packet/icmp-error.ts';
import type { Complaint } from '../packet/icmp-error.ts';
import type { Packet } from '../packet/packet.ts';
import type { DropReason } from './decision.ts';
import type { ErrorLimit } from './icmp-limiter.ts';

export interface Drop {
  readonly type: 'drop';
  readonly reason: DropReason;
  readonly answer: Uint8Array | undefined;
}

export function drop(reason: DropReason, answer?: Uint8Array): Drop {
  return { type: 'drop', reason, answer };
}

const DESTINATION = 4;
const reasons: Record<Complaint, DropReason> = {
  'host-unreachable': 'no-route',
  'port-unreachable': 'no-server',
  'too-big': 'too-big',
  'time-exceeded': 'time-to-live',
};

/** What answers have to know of the forwarder. */
export interface Answerer {
  readonly limit: ErrorLimit;
  isLocal(packet: Packet): boolean;
  /**
   * From where this host would send to the packet's sender. The kernel's ICMPv6 errors come from there (icmp6_send), not from
   * the virtual address as those of IPv4 do.
   */
  ownAddress(packet: Packet): Uint32Array | undefined;
  /** An error about this packet, of so many bytes, is on its way to the sender. */
  complained(packet: Packet, bytes: number): void;
}

/** Tells senders what happened to their packets, as often as the kernel would. */
export class IcmpAnswers {
  private readonly answerer: Answerer;

  constructor(answerer: Answerer) {
    this.answerer = answerer;
  }

  /** Drops a packet in which nothing was changed yet. `mtu` in bytes, for `too-big`. */
  refuse(packet: Packet, complaint: Complaint, now: number, mtu = 0): Drop {
    const answer = this.build(packet, complaint, now, mtu);
    if (answer !== undefined) this.answerer.complained(packet, answer.length);
    return drop(reasons[complaint], answer);
  }

  /** In IPv4, errors come from the virtual address for requests, from the interface that the packet came in by for answers. */
  private build(packet: Packet, complaint: Complaint, now: number, mtu: number): Uint8Array | undefined {
    // Path MTU discovery must not be starved: Linux does not limit it either (icmpv4_mask_allow, icmpv6_mask_allow).
    if (complaint !== 'too-big' && !this.answerer.limit.allow(packet.addresses, 0, now)) return undefined;
    const error = icmpErrorOf(packet.family, complaint, mtu);
    const towardsSender = packet.family === 6 ? this.answerer.ownAddress(packet) : undefined;
    if (towardsSender !== undefined) return buildIcmpError(packet, error, towardsSender);
    if (this.answerer.isLocal(packet)) return buildIcmpError(packet, error, packet.addresses, DESTINATION);
    return buildIcmpError(packet, error, packet.family === 4 ? packet.interfaceAddress : packet.interfaceAddress6);
  }
}
