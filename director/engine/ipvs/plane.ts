import type { Explanation, FlowQuestion } from '../../api/explain.ts';
import type { ConnectionSnapshot, TableSnapshot } from '../../api/snapshot.ts';
import type { TableCommand, TableResult } from '../../api/table.ts';

/**
 * What moves the packets: the `packet` plane in TypeScript or the kernel's own IPVS. All of them hold one table of virtual
 * services and obey the same commands with the same results; checks, `ipvsadm` and the admin API know no other way to it.
 */
export interface ForwardingPlane {
  readonly name: 'packet' | 'ipvs';
  /** Why this one was chosen. */
  readonly reason: string;
  start(): Promise<void>;
  /** Obeys in this order, and goes on after a command that failed; one result for each. */
  execute(commands: readonly TableCommand[]): Promise<readonly TableResult[]>;
  /**
   * The addresses that this director holds now: services on other addresses forward nothing, and their rules have no effect.
   * Best called just before an address is added to an interface and just after it was removed, so that no packet falls between.
   */
  setLocalAddresses(addresses: readonly string[]): void;
  /** More interfaces on which clients are; those of the start stay. Names that are known already change nothing. */
  addInterfaces(names: readonly string[]): void;
  /** The latest figures, at most 250 ms old; as new as its last command otherwise. */
  table(): TableSnapshot;
  /** The connection entries of this moment, in no particular order. */
  connections(): Promise<ConnectionSnapshot[]>;
  /** Which server a flow would get now, and why. */
  explain(question: FlowQuestion): Promise<Explanation>;
  /** Called when a figure or an entry changed, at most four times a second; returns the way to stop. */
  onChange(listener: () => void): () => void;
  /** Resolves when rules, rings and threads are gone. */
  stop(): Promise<void>;
}
