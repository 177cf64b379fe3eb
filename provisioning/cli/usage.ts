import { CommanderError } from 'commander';

/** Thrown by commander for a wrong command line, and for --help and --version, which end well. */
export function isUsageError(error: unknown): error is CommanderError {
  return error instanceof CommanderError;
}

export function usageExit(error: CommanderError): { readonly status: number; readonly message: string } {
  return { status: error.exitCode, message: error.message.replace(/^error: /, '') };
}
