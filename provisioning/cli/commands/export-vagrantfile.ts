import { resolve } from 'node:path';
import { exportOptionsSchema } from '../../../testbeds/exporters/vagrant/options.ts';
import { exportVagrantfile } from '../../export/index.ts';
import type { ExportSummary } from '../../contract/index.ts';
import { getTestbed } from '../../lab/testbed-source.ts';
import type { CommandContext, CommandOptions, ExitStatus } from '../context.ts';
import { print } from '../context.ts';
import { renumbering } from '../renumbering.ts';

/** Without the engine: it needs no rights, and works on every system. */
export async function exportTestbed(
  { locations, version }: CommandContext,
  id: string,
  options: CommandOptions,
): Promise<ExitStatus> {
  const { advertInterval, output = '.', overwrite = false, lab, stack, plane, provider, box, internet } = options;
  const renumber = await renumbering(id, options.renumber);
  const testbed = await getTestbed(id, {
    ...(advertInterval === undefined ? {} : { advertInterval }),
    ...(renumber === undefined ? {} : { renumber }),
  });
  const summary = await exportVagrantfile({
    testbed,
    options: exportOptionsSchema.parse({ lab, stack, plane, provider, box, internet }),
    directory: resolve(output),
    overwrite,
    distDirectory: locations.dist,
    version,
  });
  print(options, summary, () => summaryText(summary));
  return undefined;
}

function summaryText({ directory, machines, memory, files }: ExportSummary): string {
  return `${directory}: ${files.length} files; ${machines.length} machines with ${memory} MB of memory together.
Machines: ${machines.join(', ')}

Start them:  vagrant up, in that folder
Ask them:    sh verify.sh
`;
}
