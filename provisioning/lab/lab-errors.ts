import { labNameSchema, RelevoError } from '../contract/index.ts';

/** Into the engine's log. */
export function warn(message: string): void {
  process.stderr.write(`${message}\n`);
}

/** What to tell of a start that ended badly. */
export function startError(lab: string, wasCancelled: boolean, error: unknown): RelevoError {
  if (wasCancelled)
    return new RelevoError(
      'CANCELLED',
      `Starting "${lab}" was cancelled; what was made has been removed.`,
      { lab },
      error,
    );
  if (error instanceof RelevoError) return error;
  if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return storageError(lab, error);
  return new RelevoError('INTERNAL', `Starting "${lab}" failed: ${String(error)}.`, { lab }, error);
}

export function storageError(lab: string, error: unknown): RelevoError {
  const isFull = (error as NodeJS.ErrnoException).code === 'ENOSPC';
  const message = `The files of the lab "${lab}" could not be written.`;
  return new RelevoError(isFull ? 'DISK_FULL' : 'INTERNAL', message, {
    cause: String(error),
    hint: 'Make room there, or set RELEVO_STATE to a directory that can be written to.',
  });
}

/** @throws RelevoError INVALID_LAB_NAME for anything that a path or a shell could misread */
export function checkLabName(name: string): string {
  const result = labNameSchema.safeParse(name);
  if (result.success) return result.data;
  throw new RelevoError('INVALID_LAB_NAME', `${JSON.stringify(name)} cannot be the name of a lab.`, {
    hint: 'Use lower-case letters, digits and hyphens, a letter first, at most 31 characters.',
  });
}
