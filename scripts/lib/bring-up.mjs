import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { commandLine, runningLabs } from './engine-process.mjs';
import { root } from './root.mjs';
import { say } from './say.mjs';

/** Starts the testbed's lab with progress in this terminal, unless it runs already. Ctrl-C cancels it and ends us. */
export async function bringUp(testbed) {
  if ((await runningLabs()).includes(testbed)) {
    say(`Lab ${testbed} runs already.`);
    return testbed;
  }
  const child = spawn(process.execPath, [commandLine, 'up', testbed], { cwd: root, stdio: 'inherit' });
  // A terminal sends Ctrl-C to both of us; anything else sends signals to us alone.
  const forward = (signal) => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  process.on('SIGINT', forward).on('SIGTERM', forward);
  const [status] = await once(child, 'exit');
  process.off('SIGINT', forward).off('SIGTERM', forward);
  if (status !== 0) throw new Error(`Lab ${testbed} was not started; nothing of it is left.`);
  return testbed;
}
