import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { importResultSchema } from '../../provisioning/contract/index.ts';

/** The command line as it is built: export, edit, import, use, forget. */

const program = join(process.cwd(), 'dist', 'relevo.mjs');
let place = '';
let folder = '';
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'importación de Noa '));
  folder = join(place, 'tfg editado');
});
afterEach(() => void relevo('stop'));
afterAll(() => rmSync(place, { recursive: true }));

function relevo(...args: string[]) {
  const env = { ...process.env, RELEVO_STATE: join(place, 'state') };
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', env });
  return { status, stdout, stderr };
}

function edit(from: RegExp, to: string): void {
  const file = join(folder, 'Vagrantfile');
  const text = readFileSync(file, 'utf8');
  const changed = text.replace(from, to);
  expect(changed).not.toBe(text);
  writeFileSync(file, changed);
}

test('A folder goes out, is edited, comes back as a testbed, and is forgotten', () => {
  expect(relevo('export', 'vagrantfile', 'tfg', '-o', folder, '--stack', 'classic').status).toBe(0);
  edit(/ip: "10\.0\.100\.2"/g, 'ip: "10.0.100.22"');
  const dry = relevo('import', 'vagrantfile', folder, '--dry-run');
  expect(dry).toMatchObject({ status: 0, stderr: '' });
  expect(dry.stdout).toContain('would become the testbed "tfg-2" (11 nodes, 2 networks). Nothing was saved.');
  expect(dry.stdout).toMatch(/Vagrantfile:\d+: web1 eth0: address: 10\.0\.100\.2 → 10\.0\.100\.22/);
  expect(existsSync(join(place, 'state', 'testbeds'))).toBe(false);

  const { status, stdout } = relevo('import', 'vagrantfile', folder, '--id', 'shop', '--json');
  expect(status).toBe(0);
  expect(importResultSchema.parse(JSON.parse(stdout))).toMatchObject({ saved: true, id: 'shop', findings: [] });
  expect(relevo('import', 'vagrantfile', folder, '--id', 'shop')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('such as shop-2 (--id shop-2)') as string,
  });

  const testbeds = relevo('testbeds').stdout;
  expect(testbeds).toContain('shop: ');
  expect(testbeds).toContain(`Imported from: ${folder}`);
  const plan = z
    .object({ testbed: z.string() })
    .loose()
    .parse(JSON.parse(relevo('plan', 'shop', '--json').stdout));
  expect(plan.testbed).toBe('shop');
  const again = join(place, 'again');
  expect(relevo('export', 'vagrantfile', 'shop', '-o', again).status).toBe(0);
  expect(readFileSync(join(again, 'Vagrantfile'), 'utf8')).toContain('ip: "10.0.100.22"');

  expect(relevo('testbeds', 'remove', 'shop')).toMatchObject({ status: 0, stdout: 'The testbed "shop" is removed.\n' });
  expect(relevo('testbeds', 'remove', 'shop').stderr).toContain('(UNKNOWN_TESTBED)');
  expect(readdirSync(join(place, 'state', 'testbeds'))).toEqual([]);
});

test('What stands in the way is named with its line, and the exit status says so', () => {
  edit(
    / {2}config\.vm\.define "client" do/,
    '  config.vm.define "shop" do |node|\n  end\n\n  config.vm.define "client" do',
  );
  const { status, stdout } = relevo('import', 'vagrantfile', folder);
  expect(status).toBe(1);
  expect(stdout).toContain('nothing was imported.');
  expect(stdout).toMatch(/Vagrantfile:\d+:3: What the machine "shop" is cannot be known\.\n.*# like: web1/);
});
