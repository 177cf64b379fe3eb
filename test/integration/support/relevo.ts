import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { rpcErrorSchema } from '../../../provisioning/contract/index.ts';
import type { LabStatus, LabSummary, RpcError } from '../../../provisioning/contract/index.ts';

const root = join(import.meta.dirname, '..', '..', '..');

export interface CommandOutcome {
  /** Absent when a signal ended the command. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

export interface RunOptions {
  readonly input?: string;
  /** The command is ended after this; a suite must not hang on one. */
  readonly timeoutMs?: number;
}

/** A command that runs, for tests that interrupt it. */
export interface RunningCommand {
  readonly process: ChildProcess;
  readonly outcome: Promise<CommandOutcome>;
}

/**
 * The command line as a user has it (`node bin/relevo.js`), with a state directory of its own: labs, engine and holders of a
 * test are nobody else's. Base layers are shared with everyone: they are built once.
 */
export class Relevo {
  readonly state: string;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #root: string;
  readonly #launcher: readonly string[];

  /** `launcher`: what runs Node, such as `ip netns exec NAME`. */
  constructor(state: string, environment: NodeJS.ProcessEnv = {}, checkout = root, launcher: readonly string[] = []) {
    this.state = state;
    this.#root = checkout;
    this.#launcher = launcher;
    this.#environment = { ...process.env, ...environment, RELEVO_STATE: state };
  }

  /** In /tmp, and short: a socket's path has room for 107 bytes. */
  static async create(
    environment: NodeJS.ProcessEnv = {},
    checkout = root,
    launcher: readonly string[] = [],
  ): Promise<Relevo> {
    if (!existsSync(join(root, 'dist', 'relevo.mjs'))) throw new Error('Relevo is not built: npm run build');
    return new Relevo(await mkdtemp('/tmp/relevo-it-'), environment, checkout, launcher);
  }

  start(...args: string[]): RunningCommand {
    return this.startWith({}, ...args);
  }

  startWith({ input = '', timeoutMs = 120_000 }: RunOptions, ...args: string[]): RunningCommand {
    const begin = performance.now();
    const [program = '', ...rest] = [
      ...this.#launcher,
      process.execPath,
      join(this.#root, 'bin', 'relevo.js'),
      ...args,
    ];
    const child = spawn(program, rest, {
      env: this.#environment,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    const outcome = Promise.all([ended, buffer(child.stdout), buffer(child.stderr)]).then(([exitCode, out, errors]) => {
      clearTimeout(timer);
      const milliseconds = performance.now() - begin;
      return { exitCode, stdout: out.toString(), stderr: errors.toString(), milliseconds };
    });
    return { process: child, outcome };
  }

  run(...args: string[]): Promise<CommandOutcome> {
    return this.start(...args).outcome;
  }

  /** Runs a command that must succeed; its standard output. */
  async succeed(...args: string[]): Promise<string> {
    const outcome = await this.run(...args);
    if (outcome.exitCode !== 0)
      throw new Error(`relevo ${args.join(' ')} ended with ${outcome.exitCode}:\n${outcome.stdout}${outcome.stderr}`);
    return outcome.stdout;
  }

  /** Runs a command that must succeed with `--json`. */
  async json<T>(...args: string[]): Promise<T> {
    return JSON.parse(await this.succeed(...args, '--json')) as T;
  }

  /** Runs a command that must fail with `--json`; the error that it tells. */
  async failure(...args: string[]): Promise<RpcError> {
    const outcome = await this.run(...args, '--json');
    if (outcome.exitCode === 0) throw new Error(`relevo ${args.join(' ')} succeeded:\n${outcome.stdout}`);
    return rpcErrorSchema.parse((JSON.parse(outcome.stderr) as { error: unknown }).error);
  }

  /** Runs a shell command on a node; fails when the command does. */
  on(node: string, command: string, lab?: string): Promise<string> {
    return this.succeed('exec', ...(lab === undefined ? [] : ['--lab', lab]), node, '--', command);
  }

  status(lab = 'tfg'): Promise<LabStatus> {
    return this.json<LabStatus>('status', '--lab', lab);
  }

  /** The pid of the engine, or undefined when none is noted down. */
  async enginePid(): Promise<number | undefined> {
    return pidIn(join(this.state, 'engine.json'));
  }

  async holderPid(lab = 'tfg'): Promise<number | undefined> {
    return pidIn(join(this.state, 'labs', lab, 'holder.json'));
  }

  /** Takes everything down and removes the state directory, whatever state it is in. */
  async dispose(): Promise<void> {
    const labs = await this.json<LabSummary[]>('labs').catch(() => []);
    for (const { lab } of labs) await this.run('down', '--lab', lab);
    await this.run('stop');
    await this.#killWhatIsLeft();
    await rm(this.state, { recursive: true, force: true });
  }

  async #killWhatIsLeft(): Promise<void> {
    const labs = await readdir(join(this.state, 'labs')).catch(() => []);
    const pids = await Promise.all([this.enginePid(), ...labs.map((lab) => this.holderPid(lab))]);
    for (const pid of pids) if (pid !== undefined && (await isOurs(pid, this.state))) killQuietly(pid, 'SIGKILL');
  }
}

async function pidIn(file: string): Promise<number | undefined> {
  try {
    const { pid } = JSON.parse(await readFile(file, 'utf8')) as { pid?: number };
    return pid;
  } catch {
    return undefined;
  }
}

/** Whether a pid from a file still is the process that the file meant: it carries our state directory. */
export async function isOurs(pid: number, state: string): Promise<boolean> {
  const [environment, command] = await Promise.all(
    ['environ', 'cmdline'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')),
  );
  return `${environment ?? ''}${command ?? ''}`.includes(state);
}

export function killQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself.
  }
}

/** Looks until the condition holds; fails with what was being waited for. */
export async function eventually(what: string, condition: () => Promise<boolean>, longestMs = 15_000): Promise<void> {
  const deadline = performance.now() + longestMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${longestMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
