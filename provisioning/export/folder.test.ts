import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { exportOptionsSchema } from '../../testbeds/exporters/vagrant/options.ts';
import type { ExportOptions } from '../../testbeds/exporters/vagrant/options.ts';
import type { ResolvedTestbed } from '../../testbeds/resolved.ts';
import { context, testbedNamed } from '../recipes/fixtures/recipes-of.ts';
import { exportFolder } from './folder.ts';
import type { ExportedFile } from './folder.ts';
import { exportMarkSchema } from './mark.ts';

// Goldens: `npx vitest run --project unit provisioning/export -u` writes them anew; read the difference before you commit it.
const goldens = fileURLToPath(new URL('../../test/fixtures/export', import.meta.url));

const tfg = await testbedNamed('tfg');

function filesOf(wishes: Partial<ExportOptions> = {}, testbed: ResolvedTestbed = tfg): readonly ExportedFile[] {
  const options = exportOptionsSchema.parse(wishes);
  const result = exportFolder({ testbed, options, keys: context.keys, version: '0.0.0' });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.files;
}

function textsOf(wishes: Partial<ExportOptions> = {}, testbed: ResolvedTestbed = tfg): Map<string, string> {
  return new Map(
    filesOf(wishes, testbed).flatMap((file) => (file.kind === 'text' ? [[file.path, file.content] as const] : [])),
  );
}

const nodes = ['nas', 'master', 'web1', 'web2', 'web3', 'dns1', 'dns2', 'dns3', 'standby', 'client'];
const stacks = ['director', 'classic'] as const;
const providers = ['virtualbox', 'libvirt'] as const;

describe('The folder of the TFG', () => {
  test.each(stacks)('has everything in it that the stack %s needs', (stack) => {
    expect(filesOf({ stack }).map(({ path, mode }) => `${mode.toString(8)} ${path}`)).toEqual([
      '644 Vagrantfile',
      '644 README.md',
      '755 verify.sh',
      ...nodes.map((node) => `700 provision/${node}.sh`),
      ...(stack === 'director' ? ['755 director/director'] : []),
      '644 .gitattributes',
      '644 .gitignore',
      '644 relevo.json',
    ]);
  });

  const each = stacks.flatMap((stack) => providers.map((provider) => [provider, stack] as const));

  test.each(each)('Vagrantfile and README for %s and %s, whole', async (provider, stack) => {
    const texts = textsOf({ provider, stack });
    for (const name of ['Vagrantfile', 'README.md']) {
      await expect(texts.get(name)).toMatchFileSnapshot(`${goldens}/tfg-${provider}-${stack}/${name}`);
    }
  });

  test.each(stacks)('the scripts of the stack %s, whole', async (stack) => {
    const texts = textsOf({ stack });
    for (const name of ['verify.sh', ...nodes.map((node) => `provision/${node}.sh`)]) {
      await expect(texts.get(name)).toMatchFileSnapshot(`${goldens}/tfg-${stack}/${name}`);
    }
  });

  test('has the same scripts whoever makes the machines', () => {
    const scripts = (provider: (typeof providers)[number]) =>
      [...textsOf({ provider })].filter(([path]) => path.endsWith('.sh'));
    expect(scripts('virtualbox')).toEqual(scripts('libvirt'));
  });
});

describe('Every text', () => {
  const everything = stacks.flatMap((stack) =>
    (['real', 'stand-in'] as const).flatMap((internet) =>
      [...textsOf({ stack, internet })].map(([path, content]) => [`${stack}, ${internet}: ${path}`, content] as const),
    ),
  );

  test('has the ends of lines that a shell in the machine expects', () => {
    for (const [name, content] of everything) {
      expect(content.includes('\r'), name).toBe(false);
      expect(content.endsWith('\n'), name).toBe(true);
    }
  });

  test('that is a script is one for a shell', () => {
    for (const [name, input] of everything.filter(([path]) => path.endsWith('.sh'))) {
      const { status, stderr } = spawnSync('sh', ['-n'], { input, encoding: 'utf8' });
      expect({ name, status, stderr }).toEqual({ name, status: 0, stderr: '' });
    }
  });

  test("names the document's sections at its steps", () => {
    expect(textsOf({ stack: 'classic' }).get('provision/master.sh')).toContain(
      'Configure HAProxy (document: 3.7.1, 3.9)',
    );
  });

  test('knows nothing of the TFG when the testbed is another', async () => {
    const direct = await testbedNamed('direct');
    const texts = [...textsOf({ internet: 'stand-in' }, direct)].filter(([path]) => path !== 'relevo.json');
    for (const [path, content] of texts) {
      expect(content, path).not.toMatch(/10\.0\.100\.|192\.168\.1\.|lab\.local|cluster\d|\bweb1\b/);
    }
  });
});

test('The mark holds what an import needs, and a digest of every text', () => {
  const texts = textsOf({ lab: 'tuesday' });
  const mark = exportMarkSchema.parse(JSON.parse(texts.get('relevo.json') ?? ''));
  expect(mark.testbed).toEqual(tfg);
  expect(mark.options).toEqual({
    lab: 'tuesday',
    stack: 'director',
    plane: 'auto',
    provider: 'both',
    box: 'debian',
    internet: 'real',
  });
  expect(mark.files.filter(({ sha256 }) => sha256 === undefined)).toEqual([{ path: 'director/director' }]);
  expect(mark.files).toHaveLength(filesOf().length - 1);
});

test('A testbed that cannot be made is refused, with all that is wrong', () => {
  const broken = structuredClone(tfg);
  broken.nodes[0]!.interfaces[0]!.mac = 'x';
  const options = exportOptionsSchema.parse({ lab: 'No' });
  const result = exportFolder({ testbed: broken, options, keys: context.keys, version: '0' });
  expect(result.ok ? [] : result.problems.map(({ path }) => path.join('.'))).toEqual([
    'lab',
    'nodes.nas.interfaces.0.mac',
  ]);
});
