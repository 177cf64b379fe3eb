import { quote } from './quote.ts';
import { machineFunctions } from './machine-functions.ts';
import { renderCommand, renderSteps } from './machine-steps.ts';
import type { MachineScriptStyle } from './machine-steps.ts';
import type { CommandStep, FileStep, Recipe, RecipeStep } from './recipe.ts';
import { bootScriptPath } from './script.ts';

export type { MachineScriptStyle } from './machine-steps.ts';

const bootUnit = 'relevo-boot';

/** Seconds. A machine whose processor is emulated takes its time. */
const READY_LIMIT = 120;

/**
 * The script that makes a node of a machine with systemd: packages, files, commands, services, and then waiting until all of it
 * answers. For a shell as root; safe to run again, and then it changes and restarts nothing that is as it should be.
 *
 * `readable` is for people: it prints each step as a sentence. `progress` prints the marks of `script.ts` instead.
 */
export function renderMachineScript(recipe: Recipe, style: MachineScriptStyle, about = ''): string {
  const boot = recipe.boot.filter((step) => step.kind === 'command');
  const steps: RecipeStep[] = [
    ...recipe.install,
    ...(boot.length === 0 ? [] : bootFiles(recipe.node, boot)),
    ...recipe.boot,
    ...(boot.length === 0 ? [] : [enableBoot]),
  ];
  const total = steps.length + 2;
  return [
    preamble(recipe, style, { about, total }),
    packageStep(recipe.packages),
    ...renderSteps(steps, 2, style),
    readyStep(recipe, total),
  ].join('\n');
}

/** Where "up" of a halted machine runs no provisioner, systemd must do again what is lost with the power. */
function bootFiles(node: string, commands: readonly CommandStep[]): FileStep[] {
  const body = commands.map(({ title, run, unless }) => {
    return `# ${title}\n${renderCommand({ run, ...(unless === undefined ? {} : { unless }) })}\n`;
  });
  return [
    {
      kind: 'file',
      title: 'Write what has to be done at every start',
      path: bootScriptPath,
      content: `#!/bin/sh\n# What ${node} does at every start, besides its services.\nset -eu\n${body.join('')}`,
      mode: '755',
    },
    {
      kind: 'file',
      title: 'Let systemd do it',
      path: `/etc/systemd/system/${bootUnit}.service`,
      content: `[Unit]
Description=What this node of the lab does at every start
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart=${bootScriptPath}
RemainAfterExit=yes

[Install]
WantedBy=multi-user.target
`,
    },
  ];
}

const enableBoot: CommandStep = {
  kind: 'command',
  title: 'Do it at every start from now on',
  unless: `systemctl is-enabled --quiet ${bootUnit}`,
  run: `systemctl enable ${bootUnit}`,
};

function preamble(
  recipe: Recipe,
  style: MachineScriptStyle,
  { about, total }: { about: string; total: number },
): string {
  return `#!/bin/sh
# Makes this machine the node "${recipe.node}".${about === '' ? '' : ` ${about}`}
# Runs as root. Safe to run again: what is as it should be is left alone.
set -eu
umask 022
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
cd /
${reporting[style](total)}
${machineFunctions}`;
}

/** How the script tells what it does; `step` gets number, title and, where known, the document's section. */
const reporting: Record<MachineScriptStyle, (total: number) => string> = {
  readable: (total) => `
step() {
  title=$2
  echo "== $1/${total} $2\${3:+ (document: $3)}"
}
waiting() { echo "   waiting: $1"; }
failed=
report() {
  status=$?
  allow_services
  [ "$status" = 0 ] || echo "!! failed at: $title\${failed:+: $failed}" >&2
}
title=
trap report EXIT
`,
  progress: (total) => `
exec 3>&1 1>&2
step() {
  number=$1 title=$2
  printf '@@relevo step %s ${total} %s\\n' "$1" "$2" >&3
}
waiting() { printf '@@relevo waiting %s\\n' "$1" >&3; }
failed=
report() {
  status=$?
  allow_services
  [ "$status" = 0 ] || printf '@@relevo failed %s %s %s\\n' "$number" "$status" "\${failed:-$title}" >&3
}
number=0 title=
trap report EXIT
`,
};

function packageStep(packages: readonly string[]): string {
  const title = 'Install the packages that are missing';
  return `# 1. ${title}\nstep 1 ${quote(title)}\ninstall_packages ${packages.map(quote).join(' ')}\n`;
}

function readyStep({ ready }: Recipe, number: number): string {
  const title = 'Wait until everything answers';
  const checks = ready.map((check) => `await ${quote(check.title)} ${quote(check.command)}\n`).join('');
  return `# ${number}. ${title}
step ${number} ${quote(title)}
deadline=$(($(date +%s) + ${READY_LIMIT}))
${checks}rm -f "$changed"
`;
}
