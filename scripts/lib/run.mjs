import { spawn } from 'node:child_process';
import { root } from './root.mjs';

/** Runs a program with its output on ours; resolves with its exit status, 128 + n for a signal's end. */
export function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: 'inherit', ...options });
    child.once('error', reject);
    child.once('close', (status, signal) => resolve(status ?? (signal === 'SIGINT' ? 130 : 128)));
  });
}

/** Like `run`, but anything else than success is an error. */
export async function mustRun(program, args, options) {
  const status = await run(program, args, options);
  if (status !== 0) throw new Error(`${[program, ...args].join(' ')} failed with status ${status}.`);
}

/** What the program wrote to its standard output; undefined when it failed. */
export function output(program, args) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (piece) => (text += piece));
    child.once('error', () => resolve(undefined));
    child.once('close', (status) => resolve(status === 0 ? text : undefined));
  });
}
