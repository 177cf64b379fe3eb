import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabSummary } from '../../provisioning/contract/index.ts';
import { Belongings, takeCensus } from './support/census.ts';
import { until } from './support/director-namespaces.ts';
import { TfgLab } from './support/lab.ts';
import { Relevo } from './support/relevo.ts';

const run = promisify(execFile);

describe('with a running lab', () => {
  let lab: TfgLab;
  beforeAll(async () => {
    lab = await TfgLab.up();
  });
  afterAll(() => lab.relevo.dispose());

  it('a testbed that does not exist is named, with those that do', async () => {
    const error = await lab.relevo.failure('up', 'tgf', '--lab', 'other');
    expect(error.code).toBe('UNKNOWN_TESTBED');
    expect(`${error.message} ${error.detail.hint ?? ''}`).toMatch(/tgf[\s\S]*\btfg\b/);
  });

  it.each([
    [['kill', 'web9'], 'UNKNOWN_NODE', 'web9'],
    [['exec', 'web9', '--', 'true'], 'UNKNOWN_NODE', 'web9'],
    [['cut', 'web1', 'nowhere'], 'UNKNOWN_NETWORK', 'nowhere'],
    [['drill', 'kill-everybody'], 'INVALID_INPUT', 'kill-everybody'],
    [['status', '--lab', 'nobody'], 'UNKNOWN_LAB', 'nobody'],
    [['down', '--lab', 'nobody'], 'UNKNOWN_LAB', 'nobody'],
  ])('relevo %j fails with %s', async (args, code, word) => {
    // Everything after -- belongs to the command on the node.
    const at = args.indexOf('--') < 0 ? args.length : args.indexOf('--');
    const outcome = await lab.relevo.run(...args.slice(0, at), '--json', ...args.slice(at));
    expect(outcome.exitCode).not.toBe(0);
    const { error } = JSON.parse(outcome.stderr) as {
      error: { code: string; message: string; detail: { hint?: string } };
    };
    expect(error.code).toBe(code);
    expect(error.message).toContain(word);
    expect(error.detail.hint).toBeDefined();
  });

  it('a lab name in use is refused, and the lab goes on', async () => {
    const error = await lab.relevo.failure('up', 'tfg');
    expect(error.code).toBe('LAB_EXISTS');
    expect((await lab.status()).phase).toBe('running');
  });

  it.each(['../etc', 'a;reboot', 'a b', 'UP', '', '-x', '$(id)', 'a\nb', 'x'.repeat(32)])(
    'the lab name %j is refused, and nothing is made',
    async (name) => {
      const before = await readdir(lab.relevo.state, { recursive: true });
      const outcome = await lab.relevo.run('up', 'tfg', `--lab=${name}`, '--json');
      expect(outcome.exitCode).not.toBe(0);
      expect((JSON.parse(outcome.stderr) as { error: { code: string } }).error.code).toMatch(/INVALID/);
      const after = await readdir(lab.relevo.state, { recursive: true });
      expect(after.filter((path) => !before.includes(path) && !/(\.log|console)/.test(path))).toEqual([]);
    },
  );

  it('a node that is off cannot be killed again, one that runs cannot be started again', async () => {
    expect((await lab.relevo.failure('start', 'web1')).code).toBe('NODE_ALREADY_RUNNING');
    await lab.relevo.succeed('kill', 'web1');
    expect((await lab.relevo.failure('kill', 'web1')).code).toBe('NODE_NOT_RUNNING');
    const error = await lab.relevo.run('exec', 'web1', '--', 'true');
    expect(error.exitCode).not.toBe(0);
    expect(error.stderr).toContain('web1');
    await lab.relevo.succeed('start', 'web1');
  });

  it('exec passes input, both outputs and the exit status through', async () => {
    const command = 'tr a-z A-Z; echo complaint >&2; exit 7';
    const { outcome } = lab.relevo.startWith({ input: 'loud' }, 'exec', 'web1', '--', command);
    expect(await outcome).toMatchObject({ exitCode: 7, stdout: 'LOUD', stderr: 'complaint\n' });
  });

  it('a second lab with the same addresses runs beside the first', async () => {
    await lab.relevo.succeed('up', 'tfg', '--lab', 'second');
    const second = new TfgLab(lab.relevo, 'second');
    for (const one of [lab, second]) {
      const pages = await one.askPage(3);
      expect(new Set(pages.map((page) => page.server)).size).toBe(3);
    }
    await second.on('nas', 'echo second > /home/www/which.txt');
    expect(await second.on('client', 'curl -s http://192.168.1.202/which.txt')).toBe('second\n');
    const elsewhere = await lab.on('client', 'curl -s -o /dev/null -w "%{http_code}" http://192.168.1.202/which.txt');
    expect(elsewhere).toBe('404');
    await lab.relevo.succeed('down', '--lab', 'second');
    expect((await lab.relevo.json<LabSummary[]>('labs')).map((one) => one.lab)).toEqual(['tfg']);
    expect((await lab.askPage(3)).every((page) => page.server !== 'none')).toBe(true);
  });

  it('two labs of one name at the same moment: one is made, the other refused', async () => {
    const both = await Promise.all([1, 2].map(() => lab.relevo.run('up', 'tfg', '--lab', 'twin', '--json')));
    expect(both.map((outcome) => outcome.exitCode).sort()).toEqual([0, 1]);
    expect(both.find((outcome) => outcome.exitCode === 1)?.stderr).toMatch(/LAB_EXISTS|LAB_BUSY/);
    await lab.relevo.succeed('down', '--lab', 'twin');
  });
});

describe('a testbed file with an error', () => {
  const root = join(import.meta.dirname, '..', '..');
  let copy: string;
  let relevo: Relevo;

  beforeAll(async () => {
    // The program beside a testbeds folder of our own.
    copy = await mkdtemp(join(tmpdir(), 'relevo-copy-'));
    await cp(join(root, 'bin'), join(copy, 'bin'), { recursive: true });
    await cp(join(root, 'dist'), join(copy, 'dist'), { recursive: true });
    await cp(join(root, 'package.json'), join(copy, 'package.json'));
    await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
    relevo = await Relevo.create({}, copy);
  });
  afterAll(async () => {
    await relevo.dispose();
    await rm(copy, { recursive: true });
  });

  it.each([
    ['a wrong value', 'relevo: 1\nid: broken\nnetworks:\n  nat: { kind: carrier-pigeon }\n', /kind|nat/],
    ['no YAML', 'relevo: [1\nid: broken\n', /./],
    ['an unknown version', 'relevo: 2\nid: broken\n', /1/],
  ])('%s is placed by line and column, with what was expected', async (_, text, message) => {
    await mkdir(join(copy, 'dist', 'testbeds', 'broken'), { recursive: true });
    await writeFile(join(copy, 'dist', 'testbeds', 'broken', 'testbed.yaml'), text);
    const error = await relevo.failure('up', 'broken');
    expect(error.code).toBe('INVALID_TESTBED');
    const [first] = error.detail.problems ?? [];
    expect(first?.file).toMatch(/broken\/testbed\.yaml$/);
    expect(first?.line).toBeGreaterThan(0);
    expect(first?.column).toBeGreaterThan(0);
    expect(error.detail.problems?.map((problem) => problem.message).join('\n')).toMatch(message);
    expect(await relevo.json<LabSummary[]>('labs')).toEqual([]);
  });
});

describe('a disk that is full', () => {
  let directory: string;
  const mounted: string[] = [];
  beforeAll(async () => {
    directory = await mkdtemp('/tmp/relevo-full-');
  });
  afterAll(async () => {
    for (const path of mounted) await run('umount', [path]);
    await rm(directory, { recursive: true });
  });

  async function smallDisk(size: string): Promise<string> {
    const path = join(directory, size);
    await mkdir(path);
    await run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'relevo-test', path]);
    mounted.push(path);
    return path;
  }

  async function expectDiskFull(cache: string, fill?: () => Promise<void>): Promise<void> {
    const relevo = await Relevo.create({ RELEVO_CACHE: cache });
    try {
      const belongings = new Belongings(relevo.state, await takeCensus());
      const running = relevo.startWith({ timeoutMs: 230_000 }, 'up', 'tfg', '--json');
      await fill?.();
      const outcome = await running.outcome;
      expect(outcome.exitCode).toBe(1);
      const { error } = JSON.parse(outcome.stderr) as {
        error: { code: string; message: string; detail: { hint?: string } };
      };
      expect(error.code).toBe('DISK_FULL');
      expect(error.message).toContain(cache);
      expect(error.detail.hint).toBeDefined();
      expect(await relevo.json<LabSummary[]>('labs')).toEqual([]);
      await relevo.succeed('stop');
      expect(belongings.leftIn(await takeCensus())).toEqual([]);
      // The web servers' key was whole before the disk was full; of the layer there is nothing.
      const left = (await readdir(cache)).filter((name) => !['filler', 'web-servers-key.pem', 'base'].includes(name));
      expect(left).toEqual([]);
      expect(await readdir(join(cache, 'base')).catch(() => [])).toEqual([]);
    } finally {
      await relevo.dispose();
    }
  }

  it('before the base layer is begun: says so at once, and how much is missing', async () => {
    await expectDiskFull(await smallDisk('64m'));
  });

  it('while the base layer is being built: says so, and nothing half-made is left', async () => {
    const cache = await smallDisk('800m');
    await expectDiskFull(cache, async () => {
      // Enough room at first; then somebody else takes what is left. How much the layer needs depends on what the host has.
      await until('the base layer is begun', 60_000, async () => (await readdir(cache)).includes('base'));
      // It ends with "no space left", as it should.
      await run('dd', ['if=/dev/zero', `of=${join(cache, 'filler')}`, 'bs=256k']).catch(() => undefined);
    });
  });
});
