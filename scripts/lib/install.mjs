import { existsSync, statSync } from 'node:fs';
import { inRoot } from './root.mjs';
import { mustRun } from './run.mjs';
import { say } from './say.mjs';
import { missingPackages } from './host-packages.mjs';

/** Whether `npm ci` has to run: never, or the lock file changed since. */
export function needsNpmInstall() {
  const installed = inRoot('node_modules', '.package-lock.json');
  return !existsSync(installed) || statSync(installed).mtimeMs < statSync(inRoot('package-lock.json')).mtimeMs;
}

/** Installs what labs and the window need, after saying all of it. */
export async function installMissing(purpose = 'start') {
  const debian = missingPackages(purpose);
  const npm = needsNpmInstall();
  if (!npm && debian.length === 0) return;
  say('This will be installed now:');
  for (const { name, reason } of debian) say(`  Debian package ${name}: ${reason}`);
  if (npm) say('  the npm packages of package-lock.json, into node_modules: what Relevo is made of and built with');
  if (debian.length > 0) await installDebian(debian.map(({ name }) => name));
  if (npm) await mustRun('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}

async function installDebian(names) {
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // A list of packages that is a day old may name files that are gone.
  await mustRun('apt-get', ['update', '-q'], { env: environment });
  await mustRun('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...names], { env: environment });
}
