import { labNameSchema, RelevoError } from '../contract/index.ts';
import type { Provider } from '../providers/provider.ts';

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

/** @throws RelevoError PROVIDER_UNAVAILABLE, NOT_ROOT, NOT_LINUX */
export function checkAvailable(provider: Provider): void {
  const { available, reason, hint } = provider.availability();
  if (available) return;
  const detail = hint === undefined ? {} : { hint };
  if (provider.name === 'vagrant')
    throw new RelevoError('PROVIDER_UNAVAILABLE', `Labs of virtual machines cannot run here. ${reason}`, detail);
  const isLinux = process.platform === 'linux';
  const code = isLinux ? (process.getuid?.() === 0 ? 'PROVIDER_UNAVAILABLE' : 'NOT_ROOT') : 'NOT_LINUX';
  throw new RelevoError(code, `Labs in namespaces cannot run here. ${reason}`, detail);
}
