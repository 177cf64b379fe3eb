import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { commandLine } from './engine-process.mjs';
import { hasDisplay } from './host-packages.mjs';
import { mustRun } from './run.mjs';
import { say } from './say.mjs';

/** Opens the window, or prints its address. Returns when it was closed as `closed`; undefined without a window. */
export async function showWindow({ lab, wanted }) {
  const args = [commandLine, 'open', ...(lab === undefined ? [] : ['--lab', lab])];
  if (!wanted || !hasDisplay()) {
    say('No window is opened here. Its address, for a browser on this machine; the token in it opens your labs:');
    await mustRun(process.execPath, [...args, '--print']);
    return undefined;
  }
  // A group of its own: at Ctrl-C we ask about the lab first, and the window stays meanwhile.
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
    windowsHide: true,
  });
  const closed = once(child, 'exit').then(([status]) => status);
  process.once('exit', () => child.kill('SIGTERM'));
  return { closed, close: () => child.kill('SIGTERM') };
}
