import { RelevoError } from '../contract/error.ts';
import { findLocations } from './locations.ts';
import { createProgram } from './program.ts';
import { errorText } from './text/error-text.ts';
import { isUsageError, usageExit } from './usage.ts';
import { version } from './version.ts';

/** Exit statuses, as the documentation lists them. `exec` and `ssh` pass the command's own. */
const FAILURE = 1;
const USAGE = 2;
/** 128 + SIGINT: what a shell reports of a program that Ctrl-C ended. */
const INTERRUPTED = 130;

// Options after `--` belong to the command that `exec` runs.
const ownArguments = process.argv.slice(2, process.argv.includes('--') ? process.argv.indexOf('--') : undefined);
const json = ownArguments.includes('--json');

function report(error: RelevoError): void {
  process.stderr.write(json ? `${JSON.stringify({ error })}\n` : errorText(error));
}

function fail(error: unknown): number {
  if (isUsageError(error)) {
    const { status, message } = usageExit(error);
    if (json && status !== 0) report(new RelevoError('INVALID_INPUT', message, { hint: 'relevo help' }));
    return status === 0 ? 0 : USAGE;
  }
  if (error instanceof RelevoError) {
    report(error);
    return error.code === 'CANCELLED' ? INTERRUPTED : FAILURE;
  }
  report(new RelevoError('INTERNAL', error instanceof Error ? (error.stack ?? error.message) : String(error)));
  return FAILURE;
}

// A reader that has seen enough (`relevo logs | head`) is no failure worth a stack trace.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : FAILURE));

try {
  const context = { locations: findLocations(import.meta.url), version };
  await createProgram(context, { json, setStatus: (status) => (process.exitCode = status) }).parseAsync();
} catch (error) {
  process.exitCode = fail(error);
}
