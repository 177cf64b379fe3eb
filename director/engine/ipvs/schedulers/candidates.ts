import type { Candidate } from '../scheduler.ts';
import type { Destination } from '../service.ts';

/** A server as schedulers look at it: not at all with weight 0 or at its threshold. */
export function candidateByWeight(destination: Destination, numbers: Record<string, number>): Candidate {
  const { weight, overloaded, upperThreshold, totalConnections } = destination;
  const all = { weight, ...numbers };
  if (weight === 0) return { destination, eligible: false, why: 'weight 0: no new connections', numbers: all };
  if (!overloaded) return { destination, eligible: true, why: 'may be picked', numbers: all };
  const why = `at its upper threshold: ${totalConnections} of ${upperThreshold} connections`;
  return { destination, eligible: false, why, numbers: all };
}
