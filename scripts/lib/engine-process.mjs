import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { inRoot } from './root.mjs';
import { output } from './run.mjs';
import { say } from './say.mjs';

/** What `node` runs to get the command line. */
export const commandLine = inRoot('bin', 'relevo.js');

/**
 * Uses the engine that runs, or starts one that ends with us. It has a process group of its own, because Ctrl-C is meant for
 * us first; it watches its standard input, because we might be killed.
 */
export async function attachOrServe(port) {
  const child = spawn(process.execPath, [commandLine, 'serve', '--json', '--port', port, '--until-input-ends'], {
    detached: true,
    windowsHide: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const first = await Promise.race([once(child.stdout, 'data').then(([text]) => text.toString()), failure(child)]);
  if (typeof first === 'string') return ownEngine(child, exited);
  if (first.code !== 'ENGINE_RUNNING') throw new Error([first.message, first.detail.hint].filter(Boolean).join('\n'));
  say('A lab engine runs already; it is used, and left as it is at the end.');
  return { kill: () => undefined, stop: () => Promise.resolve() };
}

function ownEngine(child, exited) {
  say('The lab engine runs.');
  child.stderr.pipe(process.stderr);
  return {
    kill: () => child.kill('SIGTERM'),
    stop: async () => {
      child.stdin.end();
      await exited;
    },
  };
}

/** The error that the engine told before it ended. */
async function failure(child) {
  let text = '';
  child.stderr.on('data', (piece) => (text += piece.toString()));
  await once(child, 'close');
  try {
    return JSON.parse(text).error;
  } catch {
    return { code: 'INTERNAL', message: text.trim() || 'The lab engine could not be started.', detail: {} };
  }
}

/** The names of the labs that run. */
export async function runningLabs() {
  const text = await output(process.execPath, [commandLine, 'labs', '--json']);
  return text === undefined ? [] : JSON.parse(text).map(({ lab }) => lab);
}
