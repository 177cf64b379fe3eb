import { existsSync, writeFileSync } from 'node:fs';
import { errorMessage } from './errors.ts';

/** `init_file` of a keepalived.conf: what stands in a tracked file at first. */
export function initialiseTrackedFile(
  path: string,
  initial: { readonly value: number; readonly overwrite: boolean } | undefined,
  warn: (message: string) => void,
): void {
  if (!initial || (existsSync(path) && !initial.overwrite)) return;
  try {
    writeFileSync(path, `${initial.value}\n`);
  } catch (error) {
    warn(`Cannot write the tracked file ${path}: ${errorMessage(error)}`);
  }
}
