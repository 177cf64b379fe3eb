import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { vboxManage } from './program.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'Añón Oracle '));
  writeFileSync(join(folder, 'VBoxManage.exe'), '', { mode: 0o755 });
});
afterEach(() => rmSync(folder, { recursive: true }));

test('VBoxManage is taken from the search path, where every system but Windows has it', () => {
  expect(vboxManage('linux', { VBOX_MSI_INSTALL_PATH: folder })).toBe('VBoxManage');
  expect(vboxManage('darwin', {})).toBe('VBoxManage');
});

test('on Windows from where its installer says that it is', () => {
  expect(vboxManage('win32', { VBOX_MSI_INSTALL_PATH: folder })).toBe(join(folder, 'VBoxManage.exe'));
  expect(vboxManage('win32', { VBOX_INSTALL_PATH: folder })).toBe(join(folder, 'VBoxManage.exe'));
  expect(vboxManage('win32', { PATH: folder })).toBe(join(folder, 'VBoxManage.exe'));
  expect(vboxManage('win32', {})).toBe('VBoxManage');
});
