import { labNameSchema } from '../../provisioning/contract/index.ts';
import type { ImportResult, MethodInput } from '../../provisioning/contract/index.ts';

/** What the dialog's fields hold. */
export interface ImportChoices {
  readonly directory: string;
  /** Empty: the next free one. */
  readonly id: string;
  readonly replace: boolean;
}

export const initialImport: ImportChoices = { directory: '', id: '', replace: false };

/** A path begins at the root, as for the export; testbeds are named like labs. */
export function canImport({ directory, id }: ImportChoices): boolean {
  const named = id === '' || labNameSchema.safeParse(id).success;
  return named && /^(\/|[a-z]:[\\/]|\\\\)/i.test(directory.trim());
}

export function importRequest(
  { directory, id, replace }: ImportChoices,
  dryRun: boolean,
): MethodInput<'testbeds.import'> {
  return { directory: directory.trim(), replace, dryRun, ...(id === '' ? {} : { id }) };
}

export function isImportable({ findings }: ImportResult): boolean {
  return findings.every(({ severity }) => severity !== 'error');
}
