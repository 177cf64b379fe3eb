import { RelevoError } from '../contract/index.ts';
import { bootScriptPath, renderInstallScript } from '../recipes/index.ts';
import type { ReadinessCheck, Recipe } from '../recipes/index.ts';
import type { CommandResult, NodeConnection } from '../ssh/connection.ts';

export type SetupProgress = (message: string, fraction?: number) => void;

/** A node that has not set itself up within this time never will: DHCP gives up after five seconds, daemons start in one. */
const SCRIPT_LIMIT_MS = 60_000;
const READY_LIMIT_S = 20;
const OUTPUT_LINES = 15;

const STEP = /^@@relevo step (\d+) (\d+) (.*)$/;
const FAILED = /^@@relevo failed (\d+) (\d+) (.*)$/;
const WAITING = /^@@relevo waiting (.*)$/;

/** Runs the install script; its last act is to leave the boot script on the node. */
export async function installRecipe(
  connection: NodeConnection,
  recipe: Recipe,
  onProgress: SetupProgress,
  signal?: AbortSignal,
): Promise<void> {
  await runScript(connection, { command: 'sh -s', input: renderInstallScript(recipe), onProgress, signal });
}

/** Runs the boot script for the first time; from then on the node's init does. */
export async function bootNode(
  connection: NodeConnection,
  onProgress: SetupProgress,
  signal?: AbortSignal,
): Promise<void> {
  await runScript(connection, { command: `${bootScriptPath} 2> /var/log/boot.log`, onProgress, signal });
}

/** Waits until every daemon of the recipe answers. */
export async function awaitReady(
  connection: NodeConnection,
  recipe: Recipe,
  onProgress: SetupProgress,
  signal?: AbortSignal,
): Promise<void> {
  await runScript(connection, { command: 'sh -s', input: readinessScript(recipe.ready), onProgress, signal });
}

/** Exported for its test. All checks in one shell: a check costs a process, a shell over SSH costs several. */
export function readinessScript(checks: readonly ReadinessCheck[]): string {
  const waits = checks.map(({ title, command }) => {
    const said = title.replaceAll(/\s+/g, ' ').replaceAll("'", "'\\''");
    return `await_check '${said}' '${command.replaceAll("'", "'\\''")}'`;
  });
  return `end=$(($(date +%s) + ${READY_LIMIT_S}))
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

async function runScript(connection: NodeConnection, { command, input, onProgress, signal }: ScriptRun): Promise<void> {
  let rest = '';
  const result = await connection.execute(command, {
    timeoutMs: SCRIPT_LIMIT_MS,
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
