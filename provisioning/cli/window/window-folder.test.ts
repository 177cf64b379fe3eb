import { existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createWindowFolder } from './window-folder.ts';

test('the token is in a file that only its owner reads, and not in the address for the command line', () => {
  const folder = createWindowFolder('http://127.0.0.1:1/#token=secret&lab="x', undefined);
  try {
    expect(folder.page).toMatch(/^file:\/\/.*\/open\.html$/);
    const file = fileURLToPath(folder.page);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(folder.path).mode & 0o777).toBe(0o700);
    expect(readFileSync(file, 'utf8')).toContain('url=http://127.0.0.1:1/#token=secret&amp;lab=&quot;x"');
  } finally {
    folder.remove();
  }
  expect(existsSync(folder.path)).toBe(false);
});
