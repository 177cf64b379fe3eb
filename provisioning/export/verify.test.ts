import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { exportOptionsSchema } from '../../testbeds/exporters/vagrant/options.ts';
import { machineLab } from '../../testbeds/exporters/vagrant/machines.ts';
import type { LabCheck } from '../checks/index.ts';
import { testbedNamed } from '../recipes/fixtures/recipes-of.ts';
import { verifyScript } from './verify.ts';

const lab = machineLab(await testbedNamed('tfg'), exportOptionsSchema.parse({}));

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relevo verify '));
  mkdirSync(join(folder, 'bin'));
  program('vagrant', 'echo "# configuration"');
  // The node's own shell: -F FILE -o OPTION NODE COMMAND.
  program('ssh', '[ "$5" = off ] && { echo "ssh: no route to host" >&2; exit 255; }\nNODE=$5 exec sh -s');
});
afterEach(() => rmSync(folder, { recursive: true }));

function program(name: string, body: string): void {
  writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(folder, 'bin', name), 0o755);
}

function run(...checks: LabCheck[]) {
  const script = join(folder, 'verify.sh');
  writeFileSync(script, verifyScript(lab, checks));
  const env = { ...process.env, PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}` };
  const { status, stdout, stderr } = spawnSync('sh', [script], { encoding: 'utf8', cwd: '/', env });
  return { status, stdout, stderr };
}

const check = (title: string, command: string, changes: Partial<LabCheck> = {}): LabCheck => ({
  title,
  node: 'client',
  run: command,
  hint: `Look at ${title}.`,
  ...changes,
});

test('Each check runs on its node, and is told as it ends; all passed is success', () => {
  expect(
    run(check("The client's", '[ "$NODE" = client ]'), check('Other', '[ "$NODE" = web1 ]', { node: 'web1' })),
  ).toEqual({
    status: 0,
    stdout: "ok    The client's\nok    Other\n\n2 passed, 0 failed, 0 skipped.\n",
    stderr: '',
  });
});

test('One that fails says what it found and where to look; the others are asked all the same', () => {
  const { status, stdout } = run(check('Bad', 'echo one; echo two >&2; exit 3'), check('Good', 'true'));
  expect(status).toBe(1);
  expect(stdout).toBe(`FAIL  Bad
      one
      two
      Look at Bad.
ok    Good

1 passed, 1 failed, 0 skipped.
`);
});

test('A node that cannot be reached is a failure', () => {
  expect(run(check('Away', 'true', { node: 'off' })).stdout).toContain('FAIL  Away\n      ssh: no route to host\n');
});

test('What cannot be judged here is skipped with the reason, and is no failure', () => {
  const outside = (command: string) =>
    check('Outside', 'true', { needs: { command, reason: "there's no Internet here" } });
  expect(run(outside('false'))).toMatchObject({
    status: 0,
    stdout: "skip  Outside: there's no Internet here\n\n0 passed, 0 failed, 1 skipped.\n",
  });
  expect(run(outside('true')).stdout).toContain('ok    Outside\n');
});

test('Without running machines it says what to do', () => {
  program('vagrant', 'exit 1');
  expect(run(check('Good', 'true'))).toMatchObject({ status: 2, stderr: 'The machines do not all run: vagrant up\n' });
});
