import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { RelevoError } from '../contract/index.ts';
import { bootScriptPath, renderInstallScript, renderMachineScript } from '../recipes/index.ts';
import type { InitSystem, ReadinessCheck, Recipe, Upload } from '../recipes/index.ts';
import type { CommandResult, NodeConnection } from '../ssh/connection.ts';

/** Files on this machine that come with Relevo, by what recipes call them. */
export type Assets = Readonly<Record<Upload['asset'], string>>;

export type SetupProgress = (message: string, fraction?: number) => void;

/**
 * A node that has not set itself up within this time never will. In a namespace DHCP gives up after five seconds and daemons start
 * in one; a machine may have to fetch its packages, by an emulated processor.
 */
const SCRIPT_LIMIT_MS: Record<InitSystem, number> = { none: 60_000, systemd: 1_800_000 };
const READY_LIMIT_S: Record<InitSystem, number> = { none: 20, systemd: 180 };
const OUTPUT_LINES = 15;

const STEP = /^@@relevo step (\d+) (\d+) (.*)$/;
const FAILED = /^@@relevo failed (\d+) (\d+) (.*)$/;
const WAITING = /^@@relevo waiting (.*)$/;

export interface SetupOptions {
  readonly onProgress: SetupProgress;
  readonly signal?: AbortSignal | undefined;
  /** Where the files are that come with Relevo. */
  readonly assets: Assets;
}

/** Makes a bare node what its recipe says, and waits until every daemon of it answers. */
export async function setUpNode(connection: NodeConnection, recipe: Recipe, options: SetupOptions): Promise<void> {
  if (recipe.init === 'systemd') {
    await upload(connection, recipe, options);
    // It waits by itself.
    await runScript(connection, recipe, {
      ...options,
      command: 'sh -s',
      input: renderMachineScript(recipe, 'progress'),
    });
    return;
  }
  // Its last act is to leave the boot script on the node, which runs now and at every start.
  await runScript(connection, recipe, { ...options, command: 'sh -s', input: renderInstallScript(recipe) });
  await runScript(connection, recipe, { ...options, command: `${bootScriptPath} 2> /var/log/boot.log` });
  await awaitReady(connection, recipe, options.onProgress, options.signal);
}

async function upload(
  connection: NodeConnection,
  { uploads }: Recipe,
  { assets, onProgress }: SetupOptions,
): Promise<void> {
  for (const { asset, path } of uploads) {
    onProgress(`Copying ${path}`);
    await connection.execute(`mkdir -p '${posix.dirname(path)}'`);
    await connection.writeFile(path, await readFile(assets[asset]), 0o755);
  }
}

/** Waits until every daemon of the recipe answers. */
export async function awaitReady(
  connection: NodeConnection,
  recipe: Recipe,
  onProgress: SetupProgress,
  signal?: AbortSignal,
): Promise<void> {
  const input = readinessScript(recipe.ready, READY_LIMIT_S[recipe.init]);
  await runScript(connection, recipe, { command: 'sh -s', input, onProgress, signal });
}

/** Exported for its test. All checks in one shell: a check costs a process, a shell over SSH costs several. */
export function readinessScript(checks: readonly ReadinessCheck[], limitSeconds = READY_LIMIT_S.none): string {
  const waits = checks.map(({ title, command }) => {
    const said = title.replaceAll(/\s+/g, ' ').replaceAll("'", "'\\''");
    return `await_check '${said}' '${command.replaceAll("'", "'\\''")}'`;
  });
  return `end=$(($(date +%s) + ${limitSeconds}))
await_check() {
  eval "$2" > /dev/null 2>&1 && return
  echo "@@relevo waiting $1"
  until eval "$2" > /dev/null 2>&1; do
    if [ "$(date +%s)" -ge "$end" ]; then echo "@@relevo failed 0 1 $1"; eval "$2" >&2; exit 1; fi
    sleep 0.05
  done
}
${waits.join('\n')}
`;
}

interface ScriptRun {
  readonly command: string;
  readonly input?: string;
  readonly onProgress: SetupProgress;
  readonly signal?: AbortSignal | undefined;
}

async function runScript(
  connection: NodeConnection,
  { init }: Recipe,
  { command, input, onProgress, signal }: ScriptRun,
): Promise<void> {
  let rest = '';
  const result = await connection.execute(command, {
    timeoutMs: SCRIPT_LIMIT_MS[init],
    ...(input === undefined ? {} : { input }),
    ...(signal === undefined ? {} : { signal }),
    onOutput: (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) tell(line, onProgress);
    },
  });
  if (result.exitCode !== 0) throw await failure(connection, command, result);
}

function tell(line: string, onProgress: SetupProgress): void {
  const [, number, total, title] = STEP.exec(line) ?? [];
  if (title !== undefined) onProgress(title, (Number(number) - 1) / Number(total));
  const [, awaited] = WAITING.exec(line) ?? [];
  if (awaited !== undefined) onProgress(`Waiting: ${awaited}`);
}

async function failure(connection: NodeConnection, command: string, result: CommandResult): Promise<RelevoError> {
  const { node } = connection;
  const [, , , title = command] =
    result.stdout
      .split('\n')
      .map((line) => FAILED.exec(line))
      .find((match) => match !== null) ?? [];
  const log = command.startsWith(bootScriptPath)
    ? await connection.execute(`tail -n ${OUTPUT_LINES} /var/log/boot.log`).catch(() => undefined)
    : undefined;
  const output = (log?.stdout ?? result.stderr).trim().split('\n').slice(-OUTPUT_LINES).join('\n');
  return new RelevoError('RECIPE_FAILED', `Setting up the node "${node}" failed at "${title}".`, {
    node,
    step: title,
    output,
    ...(result.exitCode === undefined ? {} : { exitCode: result.exitCode }),
    hint: 'The last lines of its output say what was wrong. Start the lab again; if it fails in the same place, report it with them.',
  });
}
