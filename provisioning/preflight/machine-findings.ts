import { planMachines } from '../../testbeds/exporters/vagrant/vagrantfile.ts';
import type { ResolvedTestbed } from '../../testbeds/resolved.ts';
import type { Finding, MachineOptions } from '../contract/index.ts';
import { unmakeable } from '../providers/vagrant/unmakeable.ts';
import { demandsOf } from './demands.ts';
import { findings } from './findings.ts';
import { gatherFacts } from './gather.ts';

/**
 * Whether this computer can run a lab's machines; changes nothing.
 * @throws RelevoError INVALID_TESTBED for values that no machine can have
 */
export async function machineFindings(
  testbed: ResolvedTestbed,
  lab: string,
  options: MachineOptions,
): Promise<Finding[]> {
  const { hypervisor, ...rest } = options;
  const planned = planMachines(testbed, { ...rest, lab, provider: hypervisor });
  if (!planned.ok) throw unmakeable(testbed.id, planned.problems);
  return findings(await gatherFacts(), demandsOf(planned.lab, hypervisor));
}
