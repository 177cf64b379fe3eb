import { join } from 'node:path';
import { app } from 'electron';
import { EngineFinder } from './engine.ts';
import { setupMenu } from './menu.ts';
import { textsFor } from './texts.ts';
import { waitingPage } from './waiting-page.ts';
import { LabWindow } from './window.ts';

// dist/electron/main.cjs: the engine's program is one folder up. Packaged, it lies outside of the archive, where Node can read it.
const dist = join(__dirname, '..').replace(/app\.asar(?=[\\/])/, 'app.asar.unpacked');

let window: LabWindow | undefined;
const engine = new EngineFinder(dist);

/** The table of contents: what happens, in order. */
async function onReady(): Promise<void> {
  const texts = textsFor(app.getPreferredSystemLanguages());
  setupMenu(texts, () => report(connect()));
  window = new LabWindow(join(__dirname, 'preload.cjs'), app.getVersion());
  await connect();
}

/** Finds the engine and shows its page, or says how to get one. */
async function connect(): Promise<void> {
  const search = await engine.find();
  if (search.kind === 'found') return window?.showEngine(search.address);
  const languages = app.getPreferredSystemLanguages();
  await window?.showNotice(waitingPage(search, textsFor(languages), languages[0] ?? 'en'));
}

function setupEnding(): void {
  app.on('window-all-closed', () => app.quit());
  app.on('will-quit', () => engine.stop());
}

function setupSingleInstance(): boolean {
  app.on('second-instance', () => window?.focus());
  return app.requestSingleInstanceLock();
}

function report(work: Promise<void>): void {
  work.catch((error: unknown) => console.error(error));
}

app.enableSandbox();
if (setupSingleInstance()) {
  setupEnding();
  report(app.whenReady().then(onReady));
} else {
  app.quit();
}
