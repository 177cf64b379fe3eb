import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { findChromium } from './chromium.ts';
import { findElectron } from './electron.ts';
import { createWindowFolder } from './window-folder.ts';
import type { WindowFolder } from './window-folder.ts';
import { windowEnvironment, windowUser } from './window-user.ts';
import type { WindowUser } from './window-user.ts';

export interface WindowRequest {
  /** The page with its token. */
  readonly address: string;
  readonly dist: string;
  readonly say: (sentence: string) => void;
}

export interface OpenedWindow {
  readonly closed: Promise<void>;
  close(): void;
}

/** A browser that cannot start says so well within this time. */
const STARTUP_MS = 3000;

/** Opens the page in a window of its own, or returns undefined where no window can be: no display, no browser. */
export async function openWindow(request: WindowRequest): Promise<OpenedWindow | undefined> {
  const { say } = request;
  if (!hasDisplay(process.env)) {
    say('There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set), so no window is opened.');
    return undefined;
  }
  const attempts = await findAttempts(request);
  for (const attempt of attempts) {
    const window = await tryToOpen(attempt, request);
    if (window !== undefined) return window;
    say(`${attempt.name} did not start.`);
  }
  if (attempts.length === 0) say('Neither Electron nor Chromium is installed (on Debian: apt-get install chromium).');
  return undefined;
}

function hasDisplay(environment: NodeJS.ProcessEnv): boolean {
  return process.platform !== 'linux' || Boolean(environment['DISPLAY'] ?? environment['WAYLAND_DISPLAY']);
}

interface Attempt {
  readonly name: string;
  readonly program: string;
  readonly user: WindowUser | undefined;
  readonly args: (folder: WindowFolder) => string[];
}

/** What to try, best first. A browser never runs as root with its sandbox off unless nothing else is left. */
async function findAttempts({ dist, say }: WindowRequest): Promise<Attempt[]> {
  const user = windowUser();
  const electron = await findElectron(dist, say);
  const chromium = findChromium();
  const attempts: Attempt[] = [];
  if (electron !== undefined) {
    attempts.push({ name: 'Electron', program: electron.program, user, args: () => [electron.main] });
  }
  if (chromium === undefined) return attempts;
  const name = user === undefined ? 'Chromium' : `Chromium as ${user.name}`;
  attempts.push({ name, program: chromium, user, args: chromiumArguments });
  if (process.getuid?.() === 0) {
    const args = (folder: WindowFolder): string[] => ['--no-sandbox', ...chromiumArguments(folder)];
    attempts.push({
      name: "Chromium as root, without the browser's own sandbox",
      program: chromium,
      user: undefined,
      args,
    });
  }
  return attempts;
}

function chromiumArguments({ page, profile }: WindowFolder): string[] {
  return [
    `--app=${page}`,
    `--user-data-dir=${profile}`,
    '--no-first-run',
    '--no-default-browser-check',
    '--window-size=1440,900',
    '--class=Relevo',
  ];
}

async function tryToOpen(
  { name, program, user, args }: Attempt,
  request: WindowRequest,
): Promise<OpenedWindow | undefined> {
  const folder = createWindowFolder(request.address, user);
  request.say(`Opening the window in ${name}.`);
  const child = spawn(program, args(folder), {
    stdio: 'ignore',
    cwd: folder.path,
    env: { ...windowEnvironment(process.env, user, folder), RELEVO_ENGINE_ADDRESS: request.address },
    // Its own group: Ctrl-C asks about the lab first, and the window stays meanwhile.
    detached: true,
    ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
  });
  const closed = endOf(child).finally(() => folder.remove());
  const started = await Promise.race([closed.then((status) => status === 0), delay(STARTUP_MS, true)]);
  return started ? { closed: closed.then(() => undefined), close: () => void child.kill() } : undefined;
}

/** The exit status; 1 when it could not be started at all. */
async function endOf(child: ChildProcess): Promise<number> {
  const failed = new Promise<number>((resolve) => child.once('error', () => resolve(1)));
  const exited = once(child, 'exit').then(([code]) => (typeof code === 'number' ? code : 1));
  return Promise.race([failed, exited.catch(() => 1)]);
}
