import type { Family } from '../address.ts';

/**
 * Where a packet comes from and goes to, as the connection table and the schedulers read it. Packets are flows themselves, so
 * that the packet path makes no object.
 */
export interface Flow {
  readonly family: Family;
  /** IP protocol number: 6 TCP, 17 UDP. */
  readonly protocol: number;
  /** Words 0–3: source, 4–7: destination, in network order; an IPv4 address is in word 3 or 7, the others are 0. */
  readonly addresses: Uint32Array;
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Firewall mark, 0 = none. */
  readonly mark: number;
}
