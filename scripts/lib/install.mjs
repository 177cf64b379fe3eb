import { existsSync, statSync } from 'node:fs';
import { inRoot } from './root.mjs';
import { mustRun } from './run.mjs';
import { say } from './say.mjs';
import { missingPackages } from './host-packages.mjs';
import { installDebian } from './quiet-install.mjs';

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
  if (debian.length > 0) say('None of their services is started, now or at the next boot.');
  if (debian.length > 0) await installDebian(debian.map(({ name }) => name));
  if (npm) await mustRun(...npmCommand(['ci', '--no-audit', '--no-fund', '--loglevel=error']));
}

/** On Windows npm is a batch file, which Node does not start; what npm itself was started with is the same everywhere. */
export function npmCommand(args, environment = process.env) {
  const own = environment.npm_execpath;
  if (own !== undefined && /\.c?js$/.test(own)) return [process.execPath, [own, ...args]];
  return ['npm', args];
}
