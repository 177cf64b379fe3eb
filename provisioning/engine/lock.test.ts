import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lockName, lockStateDirectory } from './lock.ts';

const deep = `/Users/Añón/${'labs and experiments/'.repeat(10)}state`;
/** sockaddr_un's path on macOS has 104 octets, one of them for the end. */
const MOST_OCTETS = 103;

test('the name of a lock fits each system, however deep the state directory is', () => {
  const folder = '/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T';
  const onMac = lockName(deep, 'darwin', folder);
  expect(Buffer.byteLength(onMac)).toBeLessThanOrEqual(MOST_OCTETS);
  expect(onMac.startsWith(`${folder}/`)).toBe(true);
  expect(lockName(deep, 'win32')).toMatch(/^\\\\\.\\pipe\\relevo-engine-[0-9a-f]{32}$/);
  expect(lockName(deep, 'linux')).toMatch(/^\0relevo-engine-\d+-[0-9a-f]{32}$/);
  expect(lockName(deep, 'darwin', folder)).not.toBe(lockName(`${deep}2`, 'darwin', folder));
});

test('one engine at a time, in a directory with a space and letters beyond ASCII', async () => {
  const state = mkdtempSync(join(tmpdir(), 'Añón labs '));
  try {
    const lock = await lockStateDirectory(state);
    await expect(lockStateDirectory(state)).rejects.toMatchObject({ code: 'ENGINE_RUNNING' });
    lock.release();
    (await lockStateDirectory(state)).release();
  } finally {
    rmSync(state, { recursive: true });
  }
});
