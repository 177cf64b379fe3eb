import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exportOptionsSchema } from '../../testbeds/exporters/vagrant/options.ts';
import { loadTestbed } from '../../testbeds/load.ts';
import { exportFolder } from '../export/folder.ts';
import { context, testbedNamed } from '../recipes/fixtures/recipes-of.ts';
import { importVagrantfile } from './import-vagrantfile.ts';
import type { VagrantfileImport } from './import-vagrantfile.ts';
import { listOwnTestbeds, originOf, removeOwnTestbed } from './own-testbeds.ts';

/** Real folders on a disk, with the names that people have. */

const tfg = await testbedNamed('tfg');
let place = '';
let folder = '';
let testbeds = '';

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'Noa’s práctica '));
  folder = join(place, 'exported');
  testbeds = join(place, 'state', 'testbeds');
  const result = exportFolder({
    testbed: tfg,
    options: exportOptionsSchema.parse({}),
    keys: context.keys,
    version: '0.0.0',
  });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  for (const file of result.files) {
    mkdirSync(dirname(join(folder, file.path)), { recursive: true });
    writeFileSync(join(folder, file.path), file.kind === 'text' ? file.content : '');
  }
});
afterEach(() => rmSync(place, { recursive: true }));

const open = (wishes: Partial<VagrantfileImport> = {}) =>
  importVagrantfile({ directory: folder, replace: false, dryRun: false, testbeds, now: 7, ...wishes });

function edit(file: string, change: (text: string) => string): void {
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  const changed = change(text);
  expect(changed).not.toBe(text);
  writeFileSync(path, changed);
}

const moreMemory = (text: string): string => text.replaceAll(/memory = 1024/g, 'memory = 2048');

test('An edited folder becomes a testbed of its own, which loads like any other', async () => {
  edit('Vagrantfile', moreMemory);
  const result = await open();
  expect(result).toMatchObject({ saved: true, id: 'tfg-2', nodes: 11, networks: 2, findings: [] });
  expect(result.changes.map(({ kind, subject }) => `${kind} ${subject}`)).toEqual([
    ...['memory master', 'memory standby', 'memory client'],
  ]);
  const loaded = await loadTestbed('tfg-2', { directory: testbeds });
  const nodes = tfg.nodes.map((node) =>
    node.machine.memory === 1024 ? { ...node, machine: { ...node.machine, memory: 2048 } } : node,
  );
  expect(loaded).toEqual({ kind: 'loaded', testbed: { ...tfg, id: 'tfg-2', nodes } });
  expect(await originOf(testbeds, 'tfg-2')).toMatchObject({ kind: 'imported', directory: folder, importedAt: 7 });
});

test('A dry run saves nothing', async () => {
  expect(await open({ dryRun: true })).toMatchObject({ saved: false, id: 'tfg-2', nodes: 11 });
  expect(await listOwnTestbeds(testbeds)).toEqual([]);
});

describe('A name that is taken', () => {
  test('is never written over: the next free one is taken, or proposed', async () => {
    expect(await open()).toMatchObject({ id: 'tfg-2' });
    expect(await open()).toMatchObject({ id: 'tfg-3' });
    await expect(open({ id: 'tfg-2' })).rejects.toMatchObject({
      code: 'TESTBED_EXISTS',
      detail: { hint: expect.stringContaining('--id tfg-2-2') as string },
    });
    await expect(open({ id: 'tfg', replace: true })).rejects.toMatchObject({ code: 'TESTBED_EXISTS' });
    await expect(open({ id: '../up' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  test('is replaced when that was asked for, by what came from the same folder', async () => {
    await expect(open({ replace: true })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await open({ id: 'shop' });
    edit('Vagrantfile', moreMemory);
    expect(await open({ replace: true })).toMatchObject({ saved: true, id: 'shop' });
    expect(readdirSync(testbeds)).toEqual(['shop']);
    expect(readFileSync(join(testbeds, 'shop', 'testbed.yaml'), 'utf8')).toContain('memory: 2048');
  });
});

test('What stands in the way leaves everything as it was', async () => {
  await open({ id: 'shop' });
  edit('Vagrantfile', (text) => text.slice(0, -10));
  expect(await open({ id: 'shop', replace: true })).toMatchObject({ saved: false, findings: [{ code: 'malformed' }] });
  expect((await loadTestbed('shop', { directory: testbeds })).kind).toBe('loaded');
});

test('Other files that were edited, are missing or were added are named', async () => {
  edit('provision/web1.sh', (text) => `${text}echo hello\n`);
  edit('provision/web2.sh', (text) => text.replaceAll('\n', '\r\n'));
  rmSync(join(folder, 'verify.sh'));
  writeFileSync(join(folder, 'provision', 'mine.sh'), '');
  const { findings, saved } = await open();
  expect(saved).toBe(true);
  expect(findings.map(({ code, file }) => `${code} ${file}`)).toEqual([
    ...['file-missing verify.sh', 'file-edited provision/web1.sh', 'file-added provision/mine.sh'],
  ]);
});

test('A machine that left takes its script with it', async () => {
  edit('Vagrantfile', (text) => text.replace(/ {2}config\.vm\.define "web3" do[^]*?\n {2}end\n/, ''));
  rmSync(join(folder, 'provision', 'web3.sh'));
  expect(await open()).toMatchObject({ saved: true, nodes: 10, findings: [] });
});

test.each<[string, () => void, string]>([
  ['no mark', () => rmSync(join(folder, 'relevo.json')), 'is no folder that Relevo exported'],
  [
    'a later version',
    () => edit('relevo.json', (text) => text.replace('"version": 1', '"version": 2')),
    'a later Relevo (format 2',
  ],
  ['somebody else’s JSON', () => writeFileSync(join(folder, 'relevo.json'), '[]'), 'cannot be understood'],
  ['no JSON', () => edit('relevo.json', (text) => text.slice(1)), 'cannot be understood'],
  ['no Vagrantfile', () => rmSync(join(folder, 'Vagrantfile')), 'Vagrantfile cannot be read'],
  ['a relative path', () => (folder = 'exported'), 'is not an absolute path'],
])('A folder with %s is refused', async (_, spoil, message) => {
  spoil();
  await expect(open()).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringContaining(message) as string,
  });
  expect(await listOwnTestbeds(testbeds)).toEqual([]);
});

test('An imported testbed can be forgotten, and no other', async () => {
  await open({ id: 'shop' });
  await expect(removeOwnTestbed(testbeds, 'tfg')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  await expect(removeOwnTestbed(testbeds, '../state')).rejects.toMatchObject({ code: 'UNKNOWN_TESTBED' });
  await removeOwnTestbed(testbeds, 'shop');
  expect(readdirSync(testbeds)).toEqual([]);
});
