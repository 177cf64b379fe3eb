import type { DirectorConfiguration } from '../../config/configuration.ts';
import type { MarkRule } from '../../engine/marks.ts';
import type { ForwardingPlane } from '../../engine/ipvs/plane.ts';
import { choosePlane } from '../ipvs-plane/choose.ts';
import { IpvsPlane } from '../ipvs-plane/index.ts';
import { WorkJournal } from '../ipvs-plane/journal.ts';
import { paths } from '../paths.ts';
import { createPacketPlane, type PacketPlaneOptions } from '../plane/index.ts';

/** A plane and what only some planes have. */
export interface ChosenPlane {
  readonly plane: ForwardingPlane;
  readonly reason: string;
  /** Replaces the rules by which packets get firewall marks; absent where the kernel's own firewall has to do it. */
  readonly setMarks?: (rules: readonly MarkRule[]) => void;
  /** Packets of virtual services that were dropped, by reason. */
  readonly drops?: () => Readonly<Record<string, number>>;
  /** How many connections other directors have told; absent where a director that starts cannot ask for them. */
  readonly learned?: () => Promise<number>;
}

/** The plane that the configuration asks for, not started yet. Rejects with DirectorError `no-forwarding`. */
export async function createPlane(
  wanted: DirectorConfiguration['plane'],
  options: PacketPlaneOptions,
): Promise<ChosenPlane> {
  const choice = await choosePlane(wanted);
  const { reason } = choice;
  if (choice.name === 'ipvs') {
    const journal = new WorkJournal(paths.kernelWorkFile);
    return { plane: new IpvsPlane({ table: choice.table, journal, reason, log: options.log }), reason };
  }
  const plane = createPacketPlane(options);
  return {
    plane,
    reason,
    setMarks: (rules) => plane.setMarks(rules),
    drops: () => plane.drops(),
    learned: () => plane.learned(),
  };
}

/** Whether a configuration is of use without a plane. */
export function needsPlane({ virtualServers, sync }: DirectorConfiguration): boolean {
  return virtualServers.length > 0 || sync !== undefined;
}
