import type { MachineLab } from '../../testbeds/exporters/vagrant/machines.ts';
import type { LabCheck } from '../checks/index.ts';
import { hereDocument, quote } from '../recipes/quote.ts';

/**
 * The checks as a script for the host, where `vagrant` and `ssh` are: also for Git's shell on Windows. Ends with 0 when none
 * failed, 1 otherwise.
 */
export function verifyScript({ name, testbed }: MachineLab, checks: readonly LabCheck[]): string {
  return `${head(name, testbed.title.en, checks.length)}
${checks.map(renderCheck).join('\n')}
echo
echo "$passed passed, $failed failed, $skipped skipped."
[ "$failed" = 0 ]
`;
}

function head(lab: string, title: string, total: number): string {
  return `#!/bin/sh
# Asks the lab "${lab}" (${title.replaceAll(/\s+/g, ' ')}) whether it does what its document shows: ${total} checks.
# Run it in this folder when "vagrant up" has ended: sh verify.sh
set -u
cd "$(dirname "$0")" || exit 2

configuration=$(mktemp) || exit 2
trap 'rm -f "$configuration"' EXIT
trap 'exit 130' INT
vagrant ssh-config > "$configuration" || {
  echo "The machines do not all run: vagrant up" >&2
  exit 2
}

# on NODE: standard input runs there, as root. PATH as root's own shell has it.
on() {
  ssh -F "$configuration" -o LogLevel=ERROR "$1" 'sudo env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin sh -s' 2>&1
}

passed=0 failed=0 skipped=0

# check NODE TITLE HINT: standard input is the command that finds out.
check() {
  if output=$(on "$1"); then
    passed=$((passed + 1))
    echo "ok    $2"
  else
    failed=$((failed + 1))
    echo "FAIL  $2"
    echo "$output" | sed 's/^/      /'
    echo "      $3"
  fi
}

skip() {
  skipped=$((skipped + 1))
  echo "skip  $1: $2"
}
`;
}

function renderCheck({ title, node, run, hint, needs }: LabCheck): string {
  const check = `check ${quote(node)} ${quote(title)} ${quote(hint)} ${hereDocument(run)}`;
  if (needs === undefined) return `${check}\n`;
  return `if echo ${quote(needs.command)} | on ${quote(node)} > /dev/null; then
${check}
else
  skip ${quote(title)} ${quote(needs.reason)}
fi
`;
}
