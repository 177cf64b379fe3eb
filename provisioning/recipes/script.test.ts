import { spawnSync } from 'node:child_process';
import {
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
import type { Recipe, RecipeStep } from './recipe.ts';
import { renderBootScript, renderInstallScript } from './script.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relevo recipe '));
});
afterEach(() => rmSync(folder, { recursive: true }));

function recipe(boot: readonly RecipeStep[], init: Recipe['init'] = 'none'): Recipe {
  return { node: 'web1', init, packages: [], uploads: [], install: [], boot, ready: [] };
}

interface Outcome {
  readonly status: number | null;
  readonly progress: string[];
  readonly errors: string;
}

/** Runs the steps as a node does: the script comes on standard input. */
function run(...steps: RecipeStep[]): Outcome {
  const script = renderBootScript(recipe(steps));
  const { status, stdout, stderr } = spawnSync('sh', ['-s'], { input: script, encoding: 'utf8' });
  return { status, progress: stdout.split('\n').filter((line) => line !== ''), errors: stderr };
}

const command = (title: string, text: string, unless?: string): RecipeStep => ({
  kind: 'command',
  title,
  run: text,
  ...(unless === undefined ? {} : { unless }),
});

const shell = (path: string): string => `'${path}'`;

describe('A script tells its progress', () => {
  test('with a line before each step, and leaves the commands’ output to standard error', () => {
    const outcome = run(command('First', 'echo one'), command("The second's", 'echo two >&2'));
    expect(outcome).toEqual({
      status: 0,
      progress: ['@@relevo step 1 2 First', "@@relevo step 2 2 The second's"],
      errors: 'one\ntwo\n',
    });
  });

  test('with the step, the exit status and the title of the first failure, and goes no further', () => {
    const { status, progress } = run(command('Good', 'true'), command('Bad', 'exit 7'), command('Never', 'true'));
    expect(status).toBe(7);
    expect(progress).toEqual(['@@relevo step 1 3 Good', '@@relevo step 2 3 Bad', '@@relevo failed 2 7 Bad']);
  });

  test('with a failure in the midst of a step too', () => {
    const { status, progress } = run(command('Bad', 'true\nfalse\ntouch "$0"'));
    expect(status).toBe(1);
    expect(progress.at(-1)).toBe('@@relevo failed 1 1 Bad');
  });

  test('with the failure of a step that has a condition', () => {
    expect(run(command('Bad', 'exit 3', 'false')).progress.at(-1)).toBe('@@relevo failed 1 3 Bad');
  });

  test('and takes an unset variable for a failure', () => {
    expect(run(command('Bad', 'echo $nobody_set_this')).progress.at(-1)).toMatch(/^@@relevo failed 1 \d+ Bad$/);
  });

  test('on one line, whatever the title', () => {
    expect(run(command('Two\nlines', 'true')).progress).toEqual(['@@relevo step 1 1 Two lines']);
  });
});

describe('A command', () => {
  test('cannot read the script that is being piped in', () => {
    const outcome = run(command('Greedy', 'cat > /dev/null'), command('Still there', 'true'));
    expect(outcome.progress).toHaveLength(2);
  });

  test('cannot end or move the script', () => {
    const outcome = run(command('Leave', `cd ${shell(folder)}\nexit 0`), command('Where', 'pwd'));
    expect(outcome).toMatchObject({ status: 0, errors: '/\n' });
  });

  test('is left out when its condition holds', () => {
    expect(run(command('Skip', 'exit 1', 'true')).status).toBe(0);
  });

  test('that leaves a daemon behind does not keep the caller waiting for its end', () => {
    const started = Date.now();
    const script = renderBootScript(recipe([command('Daemon', 'sleep 20 > /dev/null 2>&1 &\necho $! >&2')]));
    const { status, stderr } = spawnSync('sh', ['-s'], { input: script, encoding: 'utf8', timeout: 10_000 });
    process.kill(Number(stderr));
    expect(status).toBe(0);
    expect(Date.now() - started).toBeLessThan(5000);
  });
});

describe('A file', () => {
  const file = (name: string, content: string, mode?: string): RecipeStep => ({
    kind: 'file',
    title: 'Write',
    path: join(folder, name),
    content,
    ...(mode === undefined ? {} : { mode }),
  });

  test('is written with its folders, as it is', () => {
    const content = "$HOME `id` 'quotes' \\ END\nEND\nEND-1\n";
    expect(run(file('a b/c/d.conf', content))).toMatchObject({ status: 0, errors: '' });
    expect(readFileSync(join(folder, 'a b/c/d.conf'), 'utf8')).toBe(content);
  });

  test('has the mode that was asked for, or 644', () => {
    run(file('plain', 'x'), file('program', 'x', '755'), file('secret', 'x', '600'), file('after', 'x'));
    const modes = ['plain', 'program', 'secret', 'after'].map((name) => statSync(join(folder, name)).mode & 0o777);
    expect(modes.map((mode) => mode.toString(8))).toEqual(['644', '755', '600', '644']);
  });

  test('takes the place of a symbolic link, and leaves alone what that pointed to', () => {
    writeFileSync(join(folder, 'precious'), 'precious');
    symlinkSync(join(folder, 'precious'), join(folder, 'link'));
    run(file('link', 'new\n'));
    expect(readFileSync(join(folder, 'precious'), 'utf8')).toBe('precious');
    expect(readFileSync(join(folder, 'link'), 'utf8')).toBe('new\n');
  });

  test('that cannot be written is a failure', () => {
    mkdirSync(join(folder, 'taken'));
    expect(run(file('taken', 'x')).progress.at(-1)).toMatch(/^@@relevo failed 1 \d+ Write$/);
  });

  test('may be written again', () => {
    const steps = [file('same', 'one\n', '600')];
    expect([run(...steps).status, run(...steps).status]).toEqual([0, 0]);
    expect(readFileSync(join(folder, 'same'), 'utf8')).toBe('one\n');
  });
});

describe('A service', () => {
  const service = (pidFile?: string): RecipeStep => ({
    kind: 'service',
    title: 'Start it',
    name: 'daemon',
    unit: 'daemon.service',
    start: `touch ${shell(join(folder, 'started'))}`,
    ...(pidFile === undefined ? {} : { pidFile }),
  });
  const started = (): boolean => existsSync(join(folder, 'started'));

  test('is started by its command where there is no systemd', () => {
    expect(run(service())).toMatchObject({ status: 0, errors: '' });
    expect(started()).toBe(true);
  });

  test('that runs already is left alone', () => {
    const pidFile = join(folder, 'pid');
    writeFileSync(pidFile, `${process.pid}\n`);
    expect(run(service(pidFile)).status).toBe(0);
    expect(started()).toBe(false);
  });

  test.each([
    ['that is not there', undefined],
    ['of a process that died', '2147483647\n'],
    ['without a number', 'nonsense\n'],
  ])('is started for a pid file %s, without a word', (_, content) => {
    const pidFile = join(folder, 'pid');
    if (content !== undefined) writeFileSync(pidFile, content);
    expect(run(service(pidFile))).toMatchObject({ status: 0, errors: '' });
    expect(started()).toBe(true);
  });

  test('is a unit where there is systemd', () => {
    const script = renderBootScript(recipe([service()], 'systemd'));
    expect(script).toContain('systemctl enable daemon.service\nsystemctl restart daemon.service');
    expect(script).not.toContain('touch');
  });
});

test('The install script ends by writing the boot script, byte for byte', () => {
  const boot = [command('Say', "cat <<'END'\nhello\nEND")];
  const script = renderInstallScript({ ...recipe(boot), install: [command('Set up', 'true')] });
  const path = join(folder, 'boot');
  const redirected = script.replaceAll('/etc/relevo/boot', path).replaceAll(path, shell(path));
  const { status, stdout } = spawnSync('sh', ['-s'], { input: redirected, encoding: 'utf8' });
  expect({ status, stdout }).toEqual({
    status: 0,
    stdout: '@@relevo step 1 2 Set up\n@@relevo step 2 2 Write the boot script\n',
  });
  expect(readFileSync(path, 'utf8')).toBe(renderBootScript(recipe(boot)));
  expect(statSync(path).mode & 0o777).toBe(0o755);
  expect(spawnSync(path, { encoding: 'utf8' }).stderr).toBe('hello\n');
});
