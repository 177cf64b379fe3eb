import { createInterface } from 'node:readline';
import { execa, ExecaError } from 'execa';
import { RelevoError } from '../contract/index.ts';
import type { ErrorCode } from '../contract/index.ts';

export interface RunOptions {
  readonly input?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly code?: ErrorCode;
  readonly hint?: string;
  readonly cwd?: string;
  /** Added to this process's own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** How many of the last lines of a failed command's output the error carries. */
  readonly lines?: number;
  /** Called with each line of standard output as it comes, without its end. */
  readonly onLine?: (line: string) => void;
}

const LAST_LINES = 20;

/** Runs a program on this machine to its end and gives its standard output; a failure names the command and what it printed. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  try {
    const { cwd, environment, onLine } = options;
    const subprocess = execa(command, args, {
      ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
      ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
      ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
      ...(cwd === undefined ? {} : { cwd }),
      ...(environment === undefined ? {} : { env: environment }),
    });
    if (onLine !== undefined) createInterface({ input: subprocess.stdout }).on('line', onLine);
    const { stdout } = await subprocess;
    return stdout;
  } catch (error) {
    throw asRelevoError(command, args, options, error);
  }
}

function asRelevoError(command: string, args: readonly string[], options: RunOptions, error: unknown): RelevoError {
  const line = [command, ...args].join(' ');
  if (!(error instanceof ExecaError))
    return new RelevoError('INTERNAL', `"${line}" could not be run.`, { command: line }, error);
  if (error.isCanceled) return new RelevoError('CANCELLED', `"${line}" was cancelled.`, { command: line }, error);
  if (error.code === 'ENOENT') {
    const detail = { command: line, hint: `Install the package that has "${command}" and try again.` };
    return new RelevoError('MISSING_TOOL', `The program "${command}" is not installed on this machine.`, detail, error);
  }
  const output = [error.stderr, error.stdout]
    .join('\n')
    .trim()
    .split('\n')
    .slice(-(options.lines ?? LAST_LINES))
    .join('\n');
  const status = error.exitCode === undefined ? (error.signal ?? 'no exit status') : `exit status ${error.exitCode}`;
  return new RelevoError(
    options.code ?? 'INTERNAL',
    `"${line}" failed with ${status}.`,
    {
      command: line,
      output,
      ...(error.exitCode === undefined ? {} : { exitCode: error.exitCode }),
      ...(options.hint === undefined ? {} : { hint: options.hint }),
    },
    error,
  );
}
