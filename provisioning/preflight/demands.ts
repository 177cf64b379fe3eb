import type { MachineLab } from '../../testbeds/exporters/vagrant/machines.ts';
import type { MachineProvider } from '../../testbeds/exporters/vagrant/options.ts';
import { networksTaken } from '../../testbeds/renumber/taken-networks.ts';
import type { Demands } from './facts.ts';

/** What a lab's machines ask of the computer that is to run them. */
export function demandsOf(
  { name, testbed, machines, networks, box }: MachineLab,
  hypervisor: MachineProvider,
): Demands {
  return {
    hypervisor,
    box: box.names[hypervisor],
    memory: machines.reduce((sum, { memory }) => sum + memory, 0),
    machines: machines.length,
    networks: hypervisor === 'libvirt' ? networks.filter(({ nat }) => nat) : [],
    testbed: testbed.id,
    lab: name,
    taken: networksTaken(testbed),
  };
}
