import { chmodSync, lstatSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isOnPath } from './host-packages.mjs';
import { mustRun, run } from './run.mjs';
import { say } from './say.mjs';

/** invoke-rc.d(8) and deb-systemd-invoke(1p) ask it whether a service may be started; 101 says no. */
const policyFile = '/usr/sbin/policy-rc.d';
const mark = '# Written by Relevo while it installs packages';

/** Where systemd and init keep what starts at boot. */
const bootFolders = ['/etc/systemd/system', '/etc/rc2.d'];

/**
 * Installs Debian packages for their programs only: none of their services starts now or at the next boot. What this machine already
 * had is left as it was.
 */
export async function installDebian(names) {
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const before = new Set(startsAtBoot());
  const restore = keepServicesOff();
  try {
    // A list of packages that is a day old may name files that are gone.
    await mustRun('apt-get', ['update', '-q'], { env: environment });
    await mustRun('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...names], { env: environment });
  } finally {
    restore();
    await disable(startsAtBoot().filter((name) => !before.has(name)));
  }
}

/**
 * Services are not started until the returned function is called, or this process has ended however it may: the file that says so
 * looks whether we live. A file that was there is put aside, asked again once we are gone, and put back.
 */
export function keepServicesOff(file = policyFile, process_ = process.pid) {
  const aside = `${file}.relevo`;
  // What a run that was killed has left: its own file is worth nothing, the one put aside is the machine's.
  if (exists(file) && !isOurs(file)) renameSync(file, aside);
  writeFileSync(
    file,
    `#!/bin/sh
${mark}: services are not to start on this machine.
# It says so only while that process is there, and may be removed.
kill -0 ${process_} 2>/dev/null && exit 101
[ -x '${aside}' ] && exec '${aside}' "$@"
exit 0
`,
  );
  chmodSync(file, 0o755);
  return () => {
    rmSync(file, { force: true });
    if (exists(aside)) renameSync(aside, file);
  };
}

function isOurs(file) {
  try {
    return readFileSync(file, 'utf8').includes(mark);
  } catch {
    return false;
  }
}

/** Also of a symbolic link that leads nowhere. */
function exists(file) {
  return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
}

/** The names of everything that starts at boot: `nginx.service`, `exim4`. */
export function startsAtBoot(folders = bootFolders) {
  const [systemd, init] = folders;
  const units = entries(systemd)
    .filter((name) => name.endsWith('.wants'))
    .flatMap((name) => entries(join(systemd, name)));
  const scripts = entries(init).flatMap((name) => /^S\d\d(.+)$/.exec(name)?.[1] ?? []);
  return [...new Set([...units, ...scripts])].sort();
}

function entries(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

async function disable(names) {
  if (names.length === 0) return;
  say(`Not to start with this machine, only for tests: ${names.join(', ')}`);
  for (const name of names)
    // A unit's script of the same name goes with it; what is only a script is for update-rc.d.
    if (!name.includes('.')) await run('update-rc.d', [name, 'disable'], { stdio: 'ignore' });
    else if (isOnPath('systemctl')) await run('systemctl', ['disable', '--quiet', name], { stdio: 'ignore' });
}
