#!/usr/bin/env node
// `npm start`: from a fresh checkout to the window, saying what it does before it does it. Uses nothing but Node itself,
// because it runs before anything is installed.
import { parseArgs } from 'node:util';
import { say } from './lib/say.mjs';
import { insteadOfNamespaces, refusalToStart } from './lib/preconditions.mjs';
import { installMissing } from './lib/install.mjs';
import { buildIfStale } from './lib/build-if-stale.mjs';
import { attachOrServe } from './lib/engine-process.mjs';
import { bringUp } from './lib/bring-up.mjs';
import { showWindow } from './lib/window.mjs';
import { waitForTheEnd } from './lib/farewell.mjs';

const help = `npm start [-- OPTIONS]

Installs what is missing (after saying what), builds, starts the lab engine, starts the TFG's cluster and opens the window.

  --no-lab          do not start a lab: choose one in the window
  --no-window       open no window: print its address
  --port NUMBER     the engine's port; any free one by default
  -h, --help        this text

Ctrl-C ends it, and asks whether the lab stays. A lab that stays is there again at the next "npm start" or "relevo" command.
The single steps, by hand: npm ci; npm run build; npx relevo serve; npx relevo up tfg; npx relevo open; npx relevo down`;

const options = {
  help: { type: 'boolean', short: 'h', default: false },
  'no-lab': { type: 'boolean', default: false },
  'no-window': { type: 'boolean', default: false },
  port: { type: 'string', default: '0' },
};

function readArguments() {
  try {
    return parseArgs({ options, strict: true }).values;
  } catch (error) {
    console.error(`${error.message}\n\n${help}`);
    process.exit(2);
  }
}

// A root shell opened with plain `su` lacks the folders for system programs.
if (process.platform === 'linux') process.env.PATH = `${process.env.PATH}:/usr/sbin:/sbin`;

async function start({ port, 'no-lab': noLab, 'no-window': noWindow }) {
  const instead = insteadOfNamespaces();
  if (instead !== undefined) say(instead);
  await installMissing();
  await buildIfStale();
  const engine = await attachOrServe(port);
  // Whatever ends us ends the engine that we started; labs live on by themselves.
  process.once('exit', () => engine.kill());
  try {
    const lab = noLab || instead !== undefined ? undefined : await bringUp('tfg');
    const window = await showWindow({ lab, wanted: !noWindow });
    await waitForTheEnd({ window });
  } finally {
    await engine.stop();
  }
}

const values = readArguments();
if (values.help) {
  console.log(help);
} else {
  const refusal = refusalToStart();
  if (refusal !== undefined) {
    console.error(refusal);
    process.exit(1);
  }
  try {
    await start(values);
  } catch (error) {
    say(error.message);
    process.exit(1);
  }
}
