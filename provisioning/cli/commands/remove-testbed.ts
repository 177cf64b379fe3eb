import { ownTestbedsDirectory } from '../../discovery/index.ts';
import { removeOwnTestbed } from '../../import/index.ts';
import type { CommandOptions, ExitStatus } from '../context.ts';
import { print } from '../context.ts';

/** Without the engine, as it was imported. */
export async function removeTestbed(id: string, options: CommandOptions): Promise<ExitStatus> {
  await removeOwnTestbed(ownTestbedsDirectory(), id);
  print(options, { removed: id }, () => `The testbed "${id}" is removed.\n`);
  return undefined;
}
