import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { recipeOf, testbedNamed } from './fixtures/recipes-of.ts';
import { renderMachineScript } from './machine-script.ts';
import type { MachineScriptStyle } from './machine-script.ts';
import type { Recipe, RecipeStep } from './recipe.ts';

const tfg = await testbedNamed('tfg');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relevo-machine-'));
  mkdirSync(join(folder, 'bin'));
  stub('systemctl', '[ "$1" != is-enabled ]');
  stub('apt-get', '[ -x "$POLICY" ] && echo "policy $("$POLICY"; echo $?)" >> "$LOG"; true');
  stub('dpkg-query', '[ "$3" = there ] && printf installed');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A program that notes how it was called. */
function stub(name: string, body: string): void {
  const path = join(folder, 'bin', name);
  writeFileSync(path, `#!/bin/sh\necho "${name} $*" >> "$LOG"\n${body}\n`);
  chmodSync(path, 0o755);
}

function recipe(parts: Partial<Recipe>): Recipe {
  return { node: 'web1', init: 'systemd', packages: [], uploads: [], install: [], boot: [], ready: [], ...parts };
}

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** How the stubs were called. */
  readonly calls: string[];
}

/** Runs the script as it is, but for the places outside its folder. */
function run(parts: Partial<Recipe>, style: MachineScriptStyle = 'readable'): Run {
  const policy = join(folder, 'policy');
  const script = renderMachineScript(recipe(parts), style)
    .replace('export PATH=', `export PATH=${folder}/bin:`)
    .replaceAll('/usr/sbin/policy-rc.d', policy)
    .replaceAll('/var/lib/relevo', join(folder, 'state'))
    .replaceAll('/etc/relevo/boot', join(folder, 'boot'))
    .replaceAll('/etc/systemd/system', folder);
  const log = join(folder, 'log');
  writeFileSync(log, '');
  const { status, stdout, stderr } = spawnSync('sh', ['-s'], {
    input: script,
    encoding: 'utf8',
    env: { ...process.env, LOG: log, POLICY: policy },
  });
  return { status, stdout, stderr, calls: readFileSync(log, 'utf8').split('\n').slice(0, -1) };
}

const file = (content: string, changes: Partial<Extract<RecipeStep, { kind: 'file' }>> = {}): RecipeStep => ({
  kind: 'file',
  title: 'Write it',
  path: join(folder, 'etc/it.conf'),
  content,
  ...changes,
});
const service: RecipeStep = { kind: 'service', title: 'Start it', name: 'it', unit: 'it', start: 'false' };

describe('Packages', () => {
  test('are installed where they are missing, and no service starts meanwhile', () => {
    const { status, calls } = run({ packages: ['there', 'missing', 'also'] });
    expect(status).toBe(0);
    expect(calls.filter((call) => call.startsWith('apt-get'))).toEqual([
      'apt-get -o DPkg::Lock::Timeout=300 update',
      'apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold missing also',
    ]);
    expect(calls).toContain('policy 101');
    expect(existsSync(join(folder, 'policy'))).toBe(false);
  });

  test('that are there need no network', () => {
    expect(run({ packages: ['there'] }).calls.join()).not.toContain('apt-get');
  });

  test('that cannot be had leave no policy behind, and the step is named', () => {
    stub('apt-get', 'exit 100');
    const { status, stderr } = run({ packages: ['missing'] });
    expect(status).toBe(100);
    expect(stderr).toContain('!! failed at: Install the packages that are missing');
    expect(existsSync(join(folder, 'policy'))).toBe(false);
  });
});

describe('A second run', () => {
  const parts = (content: string): Partial<Recipe> => ({ install: [file(content)], boot: [service] });

  test('restarts nothing when nothing changed', () => {
    expect(run(parts('a\n')).calls).toContain('systemctl restart it');
    const again = run(parts('a\n')).calls;
    expect(again).toContain('systemctl start it');
    expect(again.join()).not.toMatch(/restart|daemon-reload/);
  });

  test('restarts what runs with an old file', () => {
    run(parts('a\n'));
    expect(run(parts('b\n')).calls).toContain('systemctl restart it');
  });

  test('after one that failed midway still restarts it', () => {
    const broken: RecipeStep = { kind: 'command', title: 'Break', run: 'exit 3' };
    expect(run({ ...parts('a\n'), install: [file('a\n'), broken] }).status).toBe(3);
    expect(run(parts('a\n')).calls).toContain('systemctl restart it');
  });
});

describe('A file', () => {
  const path = (): string => join(folder, 'etc/it.conf');

  test('is written as it is, with its mode', () => {
    const content = "$HOME `id` 'x' \\ END\nEND\n";
    run({ install: [file(content, { mode: '600' })] });
    expect(readFileSync(path(), 'utf8')).toBe(content);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    run({ install: [file(content, { mode: '640' })] });
    expect(statSync(path()).mode & 0o777).toBe(0o640);
  });

  test('without a mode keeps the one it had, or gets 644', () => {
    run({ install: [file('a\n')] });
    expect(statSync(path()).mode & 0o777).toBe(0o644);
    chmodSync(path(), 0o640);
    run({ install: [file('b\n')] });
    expect(statSync(path()).mode & 0o777).toBe(0o640);
  });

  test('takes the place of a link, and leaves alone what that pointed to', () => {
    mkdirSync(join(folder, 'etc'));
    writeFileSync(join(folder, 'target'), 'a\n');
    symlinkSync(join(folder, 'target'), path());
    run({ install: [file('b\n')] });
    expect(readFileSync(join(folder, 'target'), 'utf8')).toBe('a\n');
    expect(readFileSync(path(), 'utf8')).toBe('b\n');
  });
});

test('Commands of the start run now and, as a unit, at every start', () => {
  const command: RecipeStep = {
    kind: 'command',
    title: 'Forward',
    run: `echo done >> ${join(folder, 'done')}`,
    unless: `grep -q done ${join(folder, 'done')}`,
  };
  const { status, calls } = run({ boot: [command, service] });
  expect(status).toBe(0);
  expect(calls).toContain('systemctl enable relevo-boot');
  expect(readFileSync(join(folder, 'relevo-boot.service'), 'utf8')).toContain(`ExecStart=${folder}/boot`);
  expect(readFileSync(join(folder, 'done'), 'utf8')).toBe('done\n');
  expect(spawnSync(join(folder, 'boot')).status).toBe(0);
  expect(readFileSync(join(folder, 'done'), 'utf8')).toBe('done\n');
  rmSync(join(folder, 'done'));
  expect(spawnSync(join(folder, 'boot')).status).toBe(0);
  expect(readFileSync(join(folder, 'done'), 'utf8')).toBe('done\n');
});

describe('What it tells', () => {
  const steps: Partial<Recipe> = {
    install: [
      { kind: 'command', title: 'First', run: 'echo out', section: '3.3' },
      { kind: 'command', title: 'Second', run: 'exit 4' },
    ],
  };

  test('to people: the step, and where the document explains it', () => {
    const { status, stdout, stderr } = run(steps);
    expect(status).toBe(4);
    expect(stdout.split('\n')).toEqual([
      '== 1/4 Install the packages that are missing',
      '== 2/4 First (document: 3.3)',
      'out',
      '== 3/4 Second',
      '',
    ]);
    expect(stderr).toBe('!! failed at: Second\n');
  });

  test('to Relevo: its marks, and nothing else', () => {
    expect(run(steps, 'progress').stdout.split('\n')).toEqual([
      '@@relevo step 1 4 Install the packages that are missing',
      '@@relevo step 2 4 First',
      '@@relevo step 3 4 Second',
      '@@relevo failed 3 4 Second',
      '',
    ]);
  });

  test('what it waits for, and in vain', () => {
    stub('date', 'n=$(cat "$LOG.n" 2> /dev/null || echo 0); n=$((n + 100)); echo "$n" | tee "$LOG.n"');
    stub('sleep', 'true');
    const { status, stdout, stderr } = run({ ready: [{ title: 'Never', command: 'echo no >&2; false' }] });
    expect(status).toBe(1);
    expect(stdout).toContain('   waiting: Never\n');
    expect(stderr).toBe('no\n!! failed at: Wait until everything answers: Never\n');
  });
});

test.each(['nas', 'master', 'web1', 'dns1', 'client', 'internet'])('A shell takes the script of %s', (node) => {
  for (const stack of ['director', 'classic'] as const) {
    for (const style of ['readable', 'progress'] as const) {
      const input = renderMachineScript(recipeOf(tfg, node, { init: 'systemd', sharing: 'nfs', stack }), style);
      const { status, stderr } = spawnSync('sh', ['-n'], { input, encoding: 'utf8' });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    }
  }
});
