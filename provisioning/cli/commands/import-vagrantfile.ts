import { resolve } from 'node:path';
import { ownTestbedsDirectory } from '../../discovery/index.ts';
import { importVagrantfile } from '../../import/index.ts';
import type { CommandOptions, ExitStatus } from '../context.ts';
import { print } from '../context.ts';
import { importText } from '../text/import-text.ts';

/** Without the engine: it needs no rights, and works on every system. */
export async function importFolder(folder: string, options: CommandOptions): Promise<ExitStatus> {
  const { id, replace = false, dryRun = false } = options;
  const directory = resolve(folder);
  const testbeds = ownTestbedsDirectory();
  const result = await importVagrantfile({ directory, id, replace, dryRun, testbeds, now: Date.now() });
  print(options, result, () => importText(result, directory));
  return result.findings.some(({ severity }) => severity === 'error') ? 1 : undefined;
}
