import { planMachines } from '../../../testbeds/exporters/vagrant/vagrantfile.ts';
import { getTestbed } from '../../lab/testbed-source.ts';
import { demandsOf, findings, gatherFacts, isBlocked } from '../../preflight/index.ts';
import type { Finding } from '../../preflight/index.ts';
import { unmakeable } from '../../providers/vagrant/unmakeable.ts';
import type { CommandOptions, ExitStatus } from '../context.ts';
import { print } from '../context.ts';
import { optionsOn } from '../machine-options.ts';

const FAILURE = 1;
const marks: Readonly<Record<Finding['level'], string>> = { ok: 'ok  ', warning: 'note', error: 'MEND' };

/** Looks at this computer as `up` with virtual machines would, and changes nothing. Needs no engine. */
export async function doctor(id: string, options: CommandOptions): Promise<ExitStatus> {
  const { provider = 'virtualbox', lab = id } = options;
  const { hypervisor, ...rest } = optionsOn(provider, options);
  const planned = planMachines(await getTestbed(id), { ...rest, lab, provider: hypervisor });
  if (!planned.ok) throw unmakeable(id, planned.problems);
  const found = findings(await gatherFacts(), demandsOf(planned.lab, hypervisor));
  print(options, found, () => `${found.map(line).join('\n')}\n`);
  return isBlocked(found) ? FAILURE : undefined;
}

function line({ level, message, fix }: Finding): string {
  return `${marks[level]}  ${message}${fix === undefined ? '' : `\n      → ${fix}`}`;
}
