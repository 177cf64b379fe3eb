import { machineOptionsSchema, RelevoError } from '../contract/index.ts';
import type { Finding, LabOptions } from '../contract/index.ts';
import { machineFindings } from '../preflight/index.ts';
import { isLinuxProgram } from '../process/linux-program.ts';
import type { Provider } from '../providers/provider.ts';
import { checkLabName } from './lab-errors.ts';
import type { UpRequest } from './lab-service.ts';
import { getTestbed } from './testbed-source.ts';

/** What stands in the way of starting this lab; nothing is changed. */
export async function preflightLab(
  provider: Provider,
  { testbed: id, lab = id, options = {} }: UpRequest,
  directorProgram: string,
): Promise<Finding[]> {
  const testbed = await getTestbed(id, options);
  const name = checkLabName(lab);
  if (provider.name === 'vagrant') {
    const found = await machineFindings(testbed, name, machineOptionsSchema.parse(options.machines ?? {}));
    const missing = await missingDirector(provider, options, directorProgram);
    return missing === undefined ? found : [...found, missing];
  }
  // Its networks are its own: no address of theirs can meet this computer's.
  const { available, reason, hint } = provider.availability();
  const level = available ? 'ok' : 'error';
  return [{ id: provider.name, level, message: reason, ...(hint === undefined ? {} : { fix: hint }) }];
}

/** @throws RelevoError MISSING_TOOL before anything is made, where the machines' directors would have nothing to run */
export async function checkDirector(provider: Provider, options: LabOptions, program: string): Promise<void> {
  const missing = await missingDirector(provider, options, program);
  if (missing === undefined) return;
  throw new RelevoError('MISSING_TOOL', missing.message, missing.fix === undefined ? {} : { hint: missing.fix });
}

/** Machines run Linux whatever this computer is; the director for them is built on Linux. */
async function missingDirector({ name }: Provider, options: LabOptions, program: string): Promise<Finding | undefined> {
  if (name !== 'vagrant' || machineOptionsSchema.parse(options.machines ?? {}).stack !== 'director') return undefined;
  if ((await isLinuxProgram(program)) === true) return undefined;
  return {
    id: 'director',
    level: 'error',
    message: `There is no director for the machines, which are Linux on amd64: ${program}.`,
    fix: 'Build Relevo on Linux (npm run build), or run the document’s own software: --stack classic.',
  };
}
