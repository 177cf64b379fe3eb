import type { Flow } from '../flow.ts';
import type { Candidate } from '../scheduler.ts';
import type { Destination } from '../service.ts';
import { candidateByWeight } from './candidates.ts';

/** What the connections of a server cost, before its weight is looked at. */
export type Overhead = (destination: Destination) => number;

/**
 * ip_vs_dest_conn_overhead: an active connection weighs as much as 257 inactive ones. Kernels before the stable releases of
 * 2026 (6.1.19x, 6.12.x) count `256 · active + inactive`; the two differ only where servers are nearly equal.
 */
export const connectionOverhead: Overhead = ({ activeConnections, totalConnections }) =>
  activeConnections * 256 + totalConnections;

/** ip_vs_sed_dest_overhead: the active connections once the new one is among them. */
export const expectedOverhead: Overhead = ({ activeConnections }) => activeConnections + 1;

/** The server with the least overhead for its weight; of equals the first in the list (ip_vs_wlc_schedule). */
export function leastLoaded(destinations: readonly Destination[], overhead: Overhead): Destination | undefined {
  let least: Destination | undefined;
  let leastOverhead = 0;
  for (const destination of destinations) {
    if (!destination.eligible) continue;
    const own = overhead(destination);
    if (least !== undefined && leastOverhead * destination.weight <= own * least.weight) continue;
    least = destination;
    leastOverhead = own;
  }
  return least;
}

/** A server with the numbers that a scheduler by load compares. */
export function candidateByLoad(destination: Destination, overhead: Overhead): Candidate {
  const { activeConnections, inactiveConnections, weight } = destination;
  const own = overhead(destination);
  const load = weight > 0 ? { overheadPerWeight: own / weight } : {};
  return candidateByWeight(destination, { activeConnections, inactiveConnections, overhead: own, ...load });
}

const DESTINATION = 4;

/** The words of an address, folded into one, as all hashing schedulers begin. */
export function foldAddress(words: Uint32Array, at = 0): number {
  return ((words[at] ?? 0) ^ (words[at + 1] ?? 0) ^ (words[at + 2] ?? 0) ^ (words[at + 3] ?? 0)) >>> 0;
}

export function foldClient(flow: Flow): number {
  return foldAddress(flow.addresses);
}

export function foldDestination(flow: Flow): number {
  return foldAddress(flow.addresses, DESTINATION);
}

/** hash_32 of include/linux/hash.h. */
export function hash32(value: number, bits: number): number {
  return Math.imul(value, 0x61c88647) >>> (32 - bits);
}
