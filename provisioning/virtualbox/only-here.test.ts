import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

// What runs or reads VBoxManage is in this folder, so that the first user of a real VirtualBox has one place to mend. The export's
// Ruby is in testbeds/exporters/vagrant/virtualbox.ts, which is pure and never starts a program (docs/design/0003).

const root = join(import.meta.dirname, '../..');
const rooms = ['testbeds', 'director', 'provisioning', 'electron', 'renderer'];
const sign = /VBoxManage(?!\()|VBOX_E_|virtualbox\/(?!index\.ts)[\w-]+\.ts/i;

function withoutComments(code: string): string {
  return code.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '');
}

function mentioning(): string[] {
  return rooms
    .flatMap((room) =>
      readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).map((file) => `${room}/${file}`),
    )
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file))
    .filter((file) => sign.test(withoutComments(readFileSync(join(root, file), 'utf8'))))
    .map((file) => file.replace(/\/[^/]+$/, ''));
}

test('nothing else of ours starts VBoxManage, knows its codes or reaches into this folder', () => {
  expect([...new Set(mentioning())]).toEqual(['provisioning/virtualbox']);
});

test('the signs are seen', () => {
  expect(sign.test("run('VBoxManage', ['list', 'vms'])")).toBe(true);
  expect(sign.test("output.includes('VBOX_E_OBJECT_NOT_FOUND')")).toBe(true);
  expect(sign.test("import { vboxManager } from '../virtualbox/manage.ts';")).toBe(true);
  expect(sign.test("import { virtualBoxDriver } from '../virtualbox/index.ts';")).toBe(false);
});
