import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { webServersKey } from './web-key.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relevo-key-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('The key is RSA of 2048 bits, its owner’s only, and the same the next time', async () => {
  const directory = join(folder, 'new');
  const key = await webServersKey(directory);
  const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(key);
  expect([asymmetricKeyType, asymmetricKeyDetails?.modulusLength]).toEqual(['rsa', 2048]);
  expect(await webServersKey(directory)).toBe(key);
  expect(readdirSync(directory)).toEqual(['web-servers-key.pem']);
  expect(statSync(join(directory, 'web-servers-key.pem')).mode & 0o777).toBe(0o600);
});

test('Half a key is replaced', async () => {
  const file = join(folder, 'web-servers-key.pem');
  writeFileSync(file, '-----BEGIN PRIVATE KEY-----\nMII', { mode: 0o644 });
  expect(createPrivateKey(await webServersKey(folder)).asymmetricKeyType).toBe('rsa');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});
