import { hereDocument, quote } from './quote.ts';
import type { CommandStep, FileStep, InitSystem, Recipe, RecipeStep, ServiceStep } from './recipe.ts';

/** Where the install script leaves the boot script; the node's init runs it at every start. */
export const bootScriptPath = '/etc/relevo/boot';

/**
 * The script that sets a node up, for `sh -s` as root. Safe to run again.
 *
 * Standard output carries one line a step, `@@relevo step NUMBER TOTAL TITLE`, and at the first failure
 * `@@relevo failed NUMBER EXIT TITLE`, after which the script ends with that exit status. What the commands print goes to
 * standard error.
 */
export function renderInstallScript(recipe: Recipe): string {
  const boot: FileStep = {
    kind: 'file',
    title: 'Write the boot script',
    path: bootScriptPath,
    content: renderBootScript(recipe),
    mode: '755',
  };
  return render(`Sets up ${recipe.node}.`, [...recipe.install, boot], recipe.init);
}

/** The script that every start of the node runs; it reports as the install script does. */
export function renderBootScript(recipe: Recipe): string {
  return render(`Starts what runs on ${recipe.node}.`, recipe.boot, recipe.init);
}

function render(purpose: string, steps: readonly RecipeStep[], init: InitSystem): string {
  const body = steps.map((step, index) => renderStep(step, index + 1, init));
  return [preamble(purpose, steps.length), ...body].join('\n');
}

/**
 * The exit trap reports what `set -e` ended; file descriptor 3 is the way out for progress, and no command inherits it, or a
 * daemon would keep the caller waiting for its end.
 */
function preamble(purpose: string, total: number): string {
  return `#!/bin/sh
# ${purpose} Safe to run again.
set -eu
umask 022
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
cd /
exec 3>&1 1>&2
number=0 title=
step() { number=$1 title=$2; printf '@@relevo step %s ${total} %s\\n' "$number" "$title" >&3; }
place() { [ -d "\${1%/*}" ] || mkdir -p "\${1%/*}"; [ ! -L "$1" ] || rm "$1"; }
report() { status=$?; [ "$status" = 0 ] || printf '@@relevo failed %s %s %s\\n' "$number" "$status" "$title" >&3; }
trap report EXIT
`;
}

function renderStep(step: RecipeStep, number: number, init: InitSystem): string {
  const title = step.title.replaceAll(/\s+/g, ' ');
  return `# ${number}. ${title}\nstep ${number} ${quote(title)}\n${renderAction(step, init)}\n`;
}

function renderAction(step: RecipeStep, init: InitSystem): string {
  switch (step.kind) {
    case 'file':
      return renderFile(step);
    case 'command':
      return renderCommand(step);
    case 'service':
      return renderService(step, init);
  }
}

/** Shell built-ins where they do: eleven nodes write some hundred files in the second that a lab has to start. */
function renderFile({ path, content, mode }: FileStep): string {
  const file = quote(path);
  const secret = mode !== undefined && mode.endsWith('00');
  return [
    `place ${file}`,
    // A secret is never readable by others, not even before chmod.
    ...(secret ? ['umask 077'] : []),
    `cat > ${file} ${hereDocument(content)}`,
    ...(secret ? ['umask 022'] : []),
    ...(mode === undefined ? [] : [`chmod ${mode} ${file}`]),
  ].join('\n');
}

/** In a subshell, so that it can neither move nor end the script, and away from standard input, which may be the script. */
function renderCommand({ run, unless }: CommandStep): string {
  const command = subshell(run);
  return unless === undefined ? command : `if ! ${subshell(unless)}; then\n${command}\nfi`;
}

function renderService({ unit, start, pidFile }: ServiceStep, init: InitSystem): string {
  if (init === 'systemd') return subshell(`systemctl enable ${quote(unit)}\nsystemctl restart ${quote(unit)}`);
  if (pidFile === undefined) return subshell(start);
  const unless = `{ read -r pid < ${quote(pidFile)} && kill -0 "$pid"; } 2> /dev/null`;
  return renderCommand({ kind: 'command', title: '', run: start, unless });
}

function subshell(text: string): string {
  return `(\n${text.trimEnd()}\n) < /dev/null 3>&-`;
}
