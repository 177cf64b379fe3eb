import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { exportOptionsSchema } from '../../testbeds/exporters/vagrant/options.ts';
import { loadTestbed } from '../../testbeds/load.ts';
import type { ResolvedTestbed } from '../../testbeds/resolved.ts';
import { context } from '../recipes/fixtures/recipes-of.ts';
import { exportVagrantfile } from './export-vagrantfile.ts';
import { exportFolder } from './folder.ts';
import { exportMarkSchema } from './mark.ts';

// As on somebody's own computer: a folder with a space and letters beyond ASCII, and a checkout with the line ends of Windows.

let home = '';
beforeEach(() => {
  home = join(mkdtempSync(join(tmpdir(), 'relevo-')), 'Añón labs');
  mkdirSync(home);
});
afterEach(() => rmSync(join(home, '..'), { recursive: true }));

async function load(directory?: string): Promise<ResolvedTestbed> {
  const result = await loadTestbed('tfg', directory === undefined ? {} : { directory });
  if (result.kind !== 'loaded') throw new Error(JSON.stringify(result));
  return result.testbed;
}

/** The testbed's folder as Git for Windows may write it. */
function checkoutWithCarriageReturns(): string {
  const testbeds = join(import.meta.dirname, '..', '..', 'testbeds');
  cpSync(join(testbeds, 'tfg'), join(home, 'tfg'), { recursive: true });
  for (const file of ['testbed.yaml', 'files/www/index.php', 'files/www/pi.php']) {
    const text = readFileSync(join(home, 'tfg', file), 'utf8');
    writeFileSync(join(home, 'tfg', file), text.replaceAll('\n', '\r\n'));
  }
  return home;
}

test('a testbed with the line ends of Windows, in such a folder, is the same testbed', async () => {
  expect(await load(checkoutWithCarriageReturns())).toEqual(await load());
});

test('what is exported has the line ends of Linux, whatever the testbed had', async () => {
  for (const stack of ['director', 'classic'] as const) {
    const options = exportOptionsSchema.parse({ stack });
    const testbed = await load(checkoutWithCarriageReturns());
    const result = exportFolder({ testbed, options, keys: context.keys, version: '0' });
    if (!result.ok) throw new Error(JSON.stringify(result.problems));
    for (const file of result.files) if (file.kind === 'text') expect(file.content, file.path).not.toContain('\r');
    const attributes = result.files.find(({ path }) => path === '.gitattributes');
    expect(attributes).toMatchObject({ content: expect.stringMatching(/^\* text eol=lf$/m) as string });
  }
});

test('Vagrant is not told to leave line ends alone: it then mends those of scripts as it uploads them', async () => {
  const options = exportOptionsSchema.parse({ stack: 'classic' });
  const result = exportFolder({ testbed: await load(), options, keys: context.keys, version: '0' });
  const vagrantfile = result.ok ? result.files.find(({ path }) => path === 'Vagrantfile') : undefined;
  expect(vagrantfile?.kind === 'text' && vagrantfile.content).toContain('provision "shell"');
  expect(vagrantfile?.kind === 'text' && vagrantfile.content).not.toMatch(/binary/);
});

test('an exported folder in such a place can be read by all who read it', async () => {
  const directory = join(home, 'el clúster');
  const options = exportOptionsSchema.parse({ stack: 'classic', lab: 'tfg' });
  const testbed = await load();
  const request = { testbed, options, directory, overwrite: false, distDirectory: home, version: '0' };
  const { files } = await exportVagrantfile(request);
  expect(files).toContain('provision/master.sh');
  const mark = exportMarkSchema.parse(JSON.parse(readFileSync(join(directory, 'relevo.json'), 'utf8')));
  expect(mark.testbed).toEqual(testbed);
  for (const [program, ...args] of [
    ['ruby', '-c', join(directory, 'Vagrantfile')],
    ['sh', '-n', join(directory, 'verify.sh')],
    ['sh', '-n', join(directory, 'provision', 'master.sh')],
  ] as const) {
    const { status, error, stderr } = spawnSync(program, args, { encoding: 'utf8' });
    // A computer without Ruby or a shell can export all the same.
    if (error === undefined) expect([program, status, stderr]).toEqual([program, 0, '']);
  }
  // Nobody has edited it, so it may be written anew.
  await expect(exportVagrantfile(request)).resolves.toMatchObject({ directory });
});

test('the director is asked for before a folder is made, where this computer cannot build one', async () => {
  const options = exportOptionsSchema.parse({ stack: 'director' });
  const directory = join(home, 'out');
  mkdirSync(join(home, 'director'));
  writeFileSync(join(home, 'director', 'director'), 'MZ, a program for Windows');
  await expect(
    exportVagrantfile({
      testbed: await load(),
      options,
      directory,
      overwrite: false,
      distDirectory: home,
      version: '0',
    }),
  ).rejects.toMatchObject({
    code: 'MISSING_TOOL',
    detail: { hint: expect.stringContaining('--stack classic') as string },
  });
});
