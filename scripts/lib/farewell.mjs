import { createInterface } from 'node:readline/promises';
import { commandLine, runningLabs } from './engine-process.mjs';
import { run } from './run.mjs';
import { say } from './say.mjs';

/** Waits for Ctrl-C, a request to end, or the window's end; then asks about each lab, where there is somebody to ask. */
export async function waitForTheEnd({ window }) {
  say(window === undefined ? 'Ctrl-C ends this.' : 'Close the window or press Ctrl-C to end this.');
  const reason = await Promise.race([interrupted(), window === undefined ? never() : windowClosed(window)]);
  for (const lab of await runningLabs()) {
    if (reason !== 'SIGTERM' && (await stays(lab))) say(`Lab ${lab} stays. Later: npx relevo down --lab ${lab}`);
    else if (reason === 'SIGTERM') say(`Lab ${lab} stays.`);
    else await run(process.execPath, [commandLine, 'down', '--lab', lab]);
  }
  window?.close();
}

function interrupted() {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.once(signal, () => resolve(signal === 'SIGINT' ? 'SIGINT' : 'SIGTERM'));
    }
  });
}

const never = () => new Promise(() => undefined);

/** A window that could not be opened is no reason to end: its address was printed. */
async function windowClosed({ closed }) {
  const status = await closed;
  if (status !== 0) await never();
}

/** Without a terminal, and when in doubt, a lab stays: ending it is easy, getting its state back is not. */
async function stays(lab) {
  if (!process.stdin.isTTY) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const gone = new Promise((resolve) => terminal.once('close', () => resolve('')));
  terminal.once('SIGINT', () => terminal.close());
  const answer = await Promise.race([terminal.question(`\nKeep lab ${lab} running? [Y/n] `).catch(() => ''), gone]);
  terminal.close();
  return !/^n/i.test(answer.trim());
}
