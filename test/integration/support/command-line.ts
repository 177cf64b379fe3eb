import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';
import { buildCommandLine } from '../../../scripts/lib/build-parts.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
// Inside the checkout, so that packages are found from there.
const outdir = '.cache/test-command-line';

const recordingLabService: Plugin = {
  name: 'recording-lab-service',
  setup: (build) => {
    build.onResolve({ filter: /\/lab\/index\.ts$/ }, () => ({
      path: join(root, 'test/integration/support/recording-lab-index.ts'),
    }));
  },
};

/** The real command line and the real engine process, over labs that are only recorded. */
export async function buildTestCommandLine(): Promise<string> {
  await buildCommandLine({ outdir, plugins: [recordingLabService] });
  return join(root, outdir, 'relevo.mjs');
}

export interface CommandResult {
  /** Absent: a signal ended it. */
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface CommandLine {
  readonly state: string;
  start(args: readonly string[], environment?: NodeJS.ProcessEnv): ChildProcess;
  run(args: readonly string[], input?: string | Uint8Array): Promise<CommandResult>;
  /** Ends the engine if one runs, and removes its state. */
  clean(): Promise<void>;
}

/** The command line with a state directory of its own. */
export function commandLine(program: string): CommandLine {
  const state = mkdtempSync(join(tmpdir(), 'relevo-test-'));
  const start: CommandLine['start'] = (args, environment = {}) =>
    spawn(process.execPath, [program, ...args], {
      stdio: 'pipe',
      env: { ...process.env, RELEVO_STATE: state, RELEVO_CACHE: join(state, 'cache'), ...environment },
    });
  const run: CommandLine['run'] = (args, input = '') => {
    const child = start(args);
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
    return resultOf(child);
  };
  const clean = async (): Promise<void> => {
    await run(['stop']);
    rmSync(state, { recursive: true, force: true });
  };
  return { state, start, run, clean };
}

export async function resultOf(child: ChildProcess): Promise<CommandResult> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('The child was started without pipes.');
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [output, errors, status] = await Promise.all([buffer(stdout), buffer(stderr), closed]);
  return { status, stdout: output, stderr: errors.toString('utf8') };
}
