import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exportOptionsSchema } from '../../testbeds/exporters/vagrant/options.ts';
import type { ExportOptions } from '../../testbeds/exporters/vagrant/options.ts';
import { testbedNamed } from '../recipes/fixtures/recipes-of.ts';
import { exportVagrantfile } from './export-vagrantfile.ts';
import type { VagrantfileExport } from './export-vagrantfile.ts';

const tfg = await testbedNamed('tfg');

/** The head of a program for Linux on amd64. */
const elf = Buffer.concat([
  Buffer.from('\x7fELF\x02\x01', 'latin1'),
  Buffer.alloc(12),
  Buffer.from([62, 0]),
  Buffer.alloc(9),
]);

let place = '';
let directory = '';
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'relevo export ñ-'));
  directory = join(place, 'deep/lab');
  mkdirSync(join(place, 'dist/director'), { recursive: true });
  writeFileSync(join(place, 'dist/director/director'), elf);
});
afterEach(() => rmSync(place, { recursive: true }));

function run(wishes: Partial<ExportOptions> = {}, changes: Partial<VagrantfileExport> = {}) {
  return exportVagrantfile({
    testbed: tfg,
    options: exportOptionsSchema.parse(wishes),
    directory,
    overwrite: false,
    distDirectory: join(place, 'dist'),
    version: '0.0.0',
    ...changes,
  });
}

const at = (path: string): string => join(directory, path);

test('A folder is made with all of it, whatever its path is called', async () => {
  const summary = await run();
  expect(summary).toMatchObject({ directory, lab: 'tfg', memory: 3 * 1024 + 7 * 512 });
  expect(summary.machines).toHaveLength(10);
  for (const path of summary.files) expect(existsSync(at(path)), path).toBe(true);
  expect(readFileSync(at('director/director'))).toEqual(elf);
  expect(statSync(at('verify.sh')).mode & 0o777).toBe(0o755);
  // There are keys in it.
  expect(statSync(at('provision/master.sh')).mode & 0o777).toBe(0o700);
});

test('Every export has keys of its own', async () => {
  await run();
  const keyOf = () => readFileSync(at('provision/web1.sh'), 'utf8').match(/-----BEGIN[^]*?-----END/)?.[0];
  const first = keyOf();
  await run();
  expect(first).toBeDefined();
  expect(keyOf()).not.toBe(first);
});

describe('A folder that has something in it', () => {
  test('is left alone when it is not ours', async () => {
    mkdirSync(directory, { recursive: true });
    writeFileSync(at('thesis.tex'), 'precious');
    await expect(run({}, { overwrite: true })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: `${directory} is not empty, and not an export of Relevo's.`,
    });
    expect(existsSync(at('Vagrantfile'))).toBe(false);
  });

  test('is renewed when it is an export as it was; what is no longer needed goes, and what others put there stays', async () => {
    await run({ internet: 'stand-in' });
    mkdirSync(at('.vagrant'));
    writeFileSync(at('notes.txt'), 'mine');
    expect(existsSync(at('provision/internet.sh'))).toBe(true);
    await run({ stack: 'classic' });
    expect(['provision/internet.sh', 'director'].map((path) => existsSync(at(path)))).toEqual([false, false]);
    expect(['.vagrant', 'notes.txt', 'provision/web1.sh'].every((path) => existsSync(at(path)))).toBe(true);
  });

  test('and was edited is written over on request only', async () => {
    await run();
    writeFileSync(at('Vagrantfile'), 'edited');
    await expect(run()).rejects.toMatchObject({
      message: `Vagrantfile in ${directory} was edited since it was exported.`,
    });
    expect(readFileSync(at('Vagrantfile'), 'utf8')).toBe('edited');
    await run({}, { overwrite: true });
    expect(readFileSync(at('Vagrantfile'), 'utf8')).toContain('Vagrant.configure');
  });

  test('is no reason to delete what its mark names outside of it', async () => {
    await run();
    const mark = JSON.parse(readFileSync(at('relevo.json'), 'utf8')) as { files: { path: string }[] };
    writeFileSync(join(place, 'deep/precious'), 'precious');
    for (const path of ['../precious', `${place}/deep/precious`, '..\\precious', 'C:\\precious']) {
      writeFileSync(at('relevo.json'), JSON.stringify({ ...mark, files: [...mark.files, { path }] }));
      await expect(run({}, { overwrite: true })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    }
    expect(existsSync(join(place, 'deep/precious'))).toBe(true);
  });
});

describe('The director', () => {
  test('that is missing is told of before anything is written', async () => {
    rmSync(join(place, 'dist/director/director'));
    await expect(run()).rejects.toMatchObject({ code: 'MISSING_TOOL' });
    expect(existsSync(directory)).toBe(false);
    await run({ stack: 'classic' });
  });

  test.each([
    ['another system', Buffer.from('MZ')],
    ['another processor', Buffer.concat([elf.subarray(0, 18), Buffer.from([183, 0])])],
  ])('for %s is not put in', async (_, program) => {
    writeFileSync(join(place, 'dist/director/director'), program);
    await expect(run()).rejects.toMatchObject({
      code: 'MISSING_TOOL',
      message: expect.stringContaining('Linux on amd64') as string,
    });
  });
});

test('Values that no machine can have are told all at once', async () => {
  await expect(run({ lab: 'My lab', box: 'a b' })).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    detail: { output: expect.stringMatching(/^lab: .*My lab.*\nbox: .*a b/) as string },
  });
});

test('A relative path is refused: the engine has another working folder', async () => {
  await expect(run({}, { directory: 'lab' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
});

test.runIf(process.getuid?.() === 0)('What root writes in somebody’s folder is theirs', async () => {
  const { chownSync } = await import('node:fs');
  chownSync(place, 1234, 1234);
  chmodSync(place, 0o755);
  await run();
  for (const path of ['', '..', 'provision', 'provision/web1.sh', 'director/director', 'relevo.json']) {
    expect([path, statSync(at(path)).uid]).toEqual([path, 1234]);
  }
});
