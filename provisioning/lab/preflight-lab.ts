import { machineOptionsSchema } from '../contract/index.ts';
import type { Finding } from '../contract/index.ts';
import { machineFindings } from '../preflight/index.ts';
import type { Provider } from '../providers/provider.ts';
import { checkLabName } from './lab-errors.ts';
import type { UpRequest } from './lab-service.ts';
import { getTestbed } from './testbed-source.ts';

/** What stands in the way of starting this lab; nothing is changed. */
export async function preflightLab(
  provider: Provider,
  { testbed: id, lab = id, options = {} }: UpRequest,
): Promise<Finding[]> {
  const testbed = await getTestbed(id, options);
  const name = checkLabName(lab);
  if (provider.name === 'vagrant')
    return machineFindings(testbed, name, machineOptionsSchema.parse(options.machines ?? {}));
  // Its networks are its own: no address of theirs can meet this computer's.
  const { available, reason, hint } = provider.availability();
  const level = available ? 'ok' : 'error';
  return [{ id: provider.name, level, message: reason, ...(hint === undefined ? {} : { fix: hint }) }];
}
