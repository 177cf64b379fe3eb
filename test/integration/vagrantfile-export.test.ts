import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportFolder } from '../../provisioning/export/folder.ts';
import { context, testbedNamed } from '../../provisioning/recipes/fixtures/recipes-of.ts';
import { exportOptionsSchema } from '../../testbeds/exporters/vagrant/options.ts';
import type { ExportOptions } from '../../testbeds/exporters/vagrant/options.ts';

/** What Ruby, Vagrant and shellcheck think of exported folders. No machine is made. */

const stubs = fileURLToPath(new URL('../fixtures/virtualbox', import.meta.url));

let place = '';
beforeAll(() => {
  // A path that a student may have.
  place = mkdtempSync(join(tmpdir(), 'exportación de Noa '));
});
afterAll(() => rmSync(place, { recursive: true }));

type Provider = 'virtualbox' | 'libvirt';

async function folderFor(
  name: string,
  wishes: Partial<ExportOptions>,
  testbed: 'tfg' | 'direct' = 'tfg',
): Promise<string> {
  const options = exportOptionsSchema.parse(wishes);
  const request = { testbed: await testbedNamed(testbed), options, keys: context.keys, version: '0.0.0' };
  const result = exportFolder(request);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  const directory = join(place, name);
  for (const file of result.files) {
    const path = join(directory, file.path);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, file.kind === 'text' ? file.content : '', { mode: file.mode });
  }
  return directory;
}

function run(command: string, args: readonly string[], options: { cwd?: string; env?: Record<string, string> } = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    cwd: options.cwd,
    env: { ...process.env, VAGRANT_HOME: join(place, 'vagrant home'), VAGRANT_CHECKPOINT_DISABLE: '1', ...options.env },
  });
  if (error !== undefined) throw error;
  return { status, output: stdout + stderr };
}

function validate(cwd: string, provider: Provider) {
  const env = { VAGRANT_DEFAULT_PROVIDER: provider, PATH: `${stubs}:${process.env['PATH'] ?? ''}` };
  return run('vagrant', ['validate'], { cwd, env });
}

const cases: readonly (readonly [name: string, wishes: Partial<ExportOptions>, testbed: 'tfg' | 'direct'])[] = [
  ['director', {}, 'tfg'],
  ['classic', { stack: 'classic', box: 'ubuntu' }, 'tfg'],
  ['virtualbox alone', { provider: 'virtualbox' }, 'tfg'],
  ['libvirt alone', { provider: 'libvirt', box: 'lab/bookworm' }, 'tfg'],
  ['stand-in', { internet: 'stand-in' }, 'tfg'],
  ['direct routing and tunnels', { internet: 'stand-in' }, 'direct'],
];

describe.each(cases)('The folder "%s"', (name, wishes, testbed) => {
  let folder = '';
  beforeAll(async () => {
    folder = await folderFor(name, wishes, testbed);
  });

  test('is Ruby', () => {
    expect(run('ruby', ['-wc', 'Vagrantfile'], { cwd: folder })).toEqual({ status: 0, output: 'Syntax OK\n' });
  });

  const providers: readonly Provider[] =
    wishes.provider === 'virtualbox' || wishes.provider === 'libvirt' ? [wishes.provider] : ['virtualbox', 'libvirt'];

  test.each(providers)('is valid for %s', (provider) => {
    expect(validate(folder, provider)).toMatchObject({
      status: 0,
      output: expect.stringContaining('validated successfully') as string,
    });
  });

  test('has scripts in which shellcheck finds nothing', () => {
    const scripts = readdirSync(join(folder, 'provision')).map((script) => join('provision', script));
    expect(run('shellcheck', ['--severity=warning', 'verify.sh', ...scripts], { cwd: folder })).toEqual({
      status: 0,
      output: '',
    });
  });
});

describe('A mistake is found', () => {
  const edited = async (name: string, from: string, to: string): Promise<string> => {
    const folder = await folderFor(name, {});
    const path = join(folder, 'Vagrantfile');
    const text = readFileSync(path, 'utf8');
    expect(text).toContain(from);
    writeFileSync(path, text.replace(from, to));
    return folder;
  };

  test("in VirtualBox's words, by what stands in for VirtualBox", async () => {
    const folder = await edited('wrong virtualbox', 'vb.linked_clone = true', 'vb.linked_clonee = true');
    expect(validate(folder, 'virtualbox')).toMatchObject({
      status: 1,
      output: expect.stringContaining('linked_clonee') as string,
    });
  });

  test("in libvirt's", async () => {
    const folder = await edited('wrong libvirt', 'lv.memory = 512', 'lv.memroy = 512');
    expect(validate(folder, 'libvirt')).toMatchObject({
      status: 1,
      output: expect.stringContaining('memroy') as string,
    });
  });
});

test('Vagrant sees all machines, none of them made, in the order in which they start', async () => {
  const folder = await folderFor('status', {});
  const env = { VAGRANT_DEFAULT_PROVIDER: 'virtualbox', PATH: `${stubs}:${process.env['PATH'] ?? ''}` };
  const { output } = run('vagrant', ['status', '--machine-readable'], { cwd: folder, env });
  const states = output.split('\n').filter((line) => line.includes(',state,'));
  expect(states.map((line) => line.split(',').slice(1, 4).join(' '))).toEqual(
    ['nas', 'master', 'standby', 'web1', 'web2', 'web3', 'dns1', 'dns2', 'dns3', 'client'].map(
      (node) => `${node} state not_created`,
    ),
  );
});

describe("VirtualBox's NAT network", () => {
  const triggers = async (name: string, natnets: string): Promise<string> => {
    const folder = await folderFor(name, { provider: 'virtualbox' });
    const data = join(folder, '.vagrant');
    mkdirSync(data);
    writeFileSync(join(data, 'natnets'), natnets);
    const script = join(stubs, 'run-triggers.rb');
    const { status, output } = run('ruby', [script, join(folder, 'Vagrantfile'), data, join(data, 'natnets')]);
    expect({ status, output }).toMatchObject({ status: 0 });
    return output;
  };

  test('is made before the first machine, and removed after the last one of VirtualBox', async () => {
    expect(await triggers('no network', 'NAT Networks:\n\nName:         tfg-nat2\nNetwork:      10.0.2.0/24\n'))
      .toBe(`-- before up (libvirt, 0 left)
-- before up (virtualbox, 0 left)
list natnets
natnetwork add --netname tfg-nat --network 192.168.1.0/24 --enable --dhcp off
-- after destroy (virtualbox, 1 left)
-- after destroy (virtualbox, 1 left)
natnetwork remove --netname tfg-nat
-- after destroy (virtualbox, 0 left)
`);
  });

  test.each(['NetworkName:    tfg-nat\nIP:             192.168.1.1\n', 'Name:         tfg-nat\n'])(
    'that somebody made before is used, and stays: %j',
    async (natnets) => {
      const output = await triggers(`network ${natnets.slice(0, 7).trim()}`, natnets);
      expect(output).toContain('list natnets\n');
      expect(output).not.toMatch(/natnetwork (add|remove)/);
    },
  );
});
