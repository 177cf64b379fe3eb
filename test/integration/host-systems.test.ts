import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

interface System {
  readonly platform: string;
  readonly node: string;
  readonly uid: number | undefined;
  readonly missing: readonly { readonly name: string; readonly reason: string }[];
  readonly hasApt: boolean;
}
interface Preconditions {
  readonly refusalToStart: (system: System) => string | undefined;
  readonly insteadOfNamespaces: (platform: string) => string | undefined;
}
interface Install {
  readonly npmCommand: (args: readonly string[], environment: Record<string, string>) => [string, string[]];
}
interface Main {
  readonly isMain: (moduleUrl: string, started?: string) => boolean;
}

const load = async <T>(name: string): Promise<T> =>
  (await import(pathToFileURL(join(import.meta.dirname, '..', '..', 'scripts', 'lib', name)).href)) as T;
const { refusalToStart, insteadOfNamespaces } = await load<Preconditions>('preconditions.mjs');
const { npmCommand } = await load<Install>('install.mjs');
const { isMain } = await load<Main>('is-main.mjs');

const linux: System = { platform: 'linux', node: '20.19.0', uid: 0, missing: [], hasApt: true };

test.each(['win32', 'darwin'])('npm start on %s starts without a lab and says what it does instead', (platform) => {
  const system = { ...linux, platform, uid: platform === 'win32' ? undefined : 501, hasApt: false };
  expect(refusalToStart(system)).toBeUndefined();
  expect(refusalToStart({ ...system, node: '18.20.0' })).toContain('Node 20.19');
  expect(insteadOfNamespaces(platform)).toContain('--provider virtualbox');
  expect(insteadOfNamespaces(platform)).toContain(platform === 'win32' ? 'Windows' : 'macOS');
});

test('on Linux it starts the lab, as root', () => {
  expect(insteadOfNamespaces('linux')).toBeUndefined();
  expect(refusalToStart(linux)).toBeUndefined();
  expect(refusalToStart({ ...linux, uid: 1000 })).toContain('sudo npm start');
});

test('npm is started as npm itself was: on Windows it is a batch file, which Node does not start', () => {
  const script = 'C:\\Program Files\\nodejs\\node_modules\\npm\\bin\\npm-cli.js';
  expect(npmCommand(['ci'], { npm_execpath: script })).toEqual([process.execPath, [script, 'ci']]);
  expect(npmCommand(['ci'], {})).toEqual(['npm', ['ci']]);
});

test('a module knows that it was started, also behind a link in a folder with a space', () => {
  const folder = mkdtempSync(join(tmpdir(), 'Añón labs '));
  try {
    const file = join(folder, 'one.mjs');
    const link = join(folder, 'enlace.mjs');
    for (const name of ['one.mjs', 'other.mjs']) writeFileSync(join(folder, name), '');
    symlinkSync(file, link);
    expect(isMain(pathToFileURL(file).href, file)).toBe(true);
    expect(isMain(pathToFileURL(file).href, link)).toBe(true);
    expect(isMain(pathToFileURL(file).href, join(folder, 'other.mjs'))).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
