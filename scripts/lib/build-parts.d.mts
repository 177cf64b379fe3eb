import type { Plugin } from 'esbuild';

/** Builds the command line and the engine into a folder of the checkout. */
export function buildCommandLine(options?: {
  readonly outdir?: string;
  readonly plugins?: readonly Plugin[];
}): Promise<void>;
