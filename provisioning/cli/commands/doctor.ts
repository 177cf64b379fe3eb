import type { Finding } from '../../contract/index.ts';
import { getTestbed } from '../../lab/testbed-source.ts';
import { isBlocked, machineFindings } from '../../preflight/index.ts';
import type { CommandOptions, ExitStatus } from '../context.ts';
import { print } from '../context.ts';
import { optionsOn } from '../machine-options.ts';
import { renumbering } from '../renumbering.ts';

const FAILURE = 1;
const marks: Readonly<Record<Finding['level'], string>> = { ok: 'ok  ', warning: 'note', error: 'MEND' };

/** Looks at this computer as `up` with virtual machines would, and changes nothing. Needs no engine. */
export async function doctor(id: string, options: CommandOptions): Promise<ExitStatus> {
  const { provider = 'virtualbox', lab = id } = options;
  const renumber = await renumbering(id, options.renumber);
  const testbed = await getTestbed(id, renumber === undefined ? {} : { renumber });
  const found = await machineFindings(testbed, lab, optionsOn(provider, options));
  print(options, found, () => `${found.map(line).join('\n')}\n`);
  return isBlocked(found) ? FAILURE : undefined;
}

function line({ level, message, fix }: Finding): string {
  return `${marks[level]}  ${message}${fix === undefined ? '' : `\n      → ${fix}`}`;
}
