import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LabStatus } from '../../provisioning/contract/index.ts';
import { resultOf } from './support/command-line.ts';
import type { CommandResult } from './support/command-line.ts';
import { relevoFolder } from './support/other-testbed.ts';

// Program, state, cache and exported folder where names have spaces and letters beyond ASCII, and the program behind a link.

let home: string;
let program: string;
beforeAll(() => {
  home = join(mkdtempSync(join(tmpdir(), 'relevo-')), 'Añón labs');
  mkdirSync(home);
  const built = relevoFolder(['electron', 'renderer', 'director']);
  cpSync(built, join(home, 'relevo ñ'), { recursive: true, verbatimSymlinks: true });
  rmSync(built, { recursive: true });
  symlinkSync(join(home, 'relevo ñ'), join(home, 'enlace'));
  program = join(home, 'enlace', 'bin', 'relevo.js');
});
afterAll(async () => {
  await relevo('down');
  await relevo('stop');
  rmSync(join(home, '..'), { recursive: true, force: true });
});

function relevo(...args: string[]): Promise<CommandResult> {
  const env = { ...process.env, RELEVO_STATE: join(home, 'el estado') };
  return resultOf(spawn(process.execPath, [program, ...args], { cwd: home, stdio: ['ignore', 'pipe', 'pipe'], env }));
}

test('a lab runs, is seen, and leaves nothing', async () => {
  const up = await relevo('up', 'tfg', '--json');
  expect([up.status, up.stderr]).toEqual([0, expect.any(String)]);
  const status = JSON.parse((await relevo('status', '--json')).stdout.toString()) as LabStatus;
  expect(status.nodes.every(({ state }) => state === 'running')).toBe(true);
  const page = await relevo('exec', 'client', '--', 'curl', '-s', 'http://192.168.1.202/');
  expect(page.stdout.toString()).toContain('IP: 10.0.100.');
  expect((await relevo('down')).status).toBe(0);
  expect(existsSync(join(home, 'el estado', 'labs', 'tfg'))).toBe(false);
});

test('a folder is exported, and written anew', async () => {
  const args = ['export', 'vagrantfile', 'tfg', '-o', 'el clúster ñ', '--stack', 'classic', '--json'];
  for (const time of ['first', 'second']) expect([time, (await relevo(...args)).status]).toEqual([time, 0]);
  expect(existsSync(join(home, 'el clúster ñ', 'Vagrantfile'))).toBe(true);
});
