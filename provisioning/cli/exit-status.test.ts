import { expect, test } from 'vitest';
import { shellStatus } from './exit-status.ts';

const session = 'x';

test("the command's own status is passed", () => {
  expect(shellStatus({ session, exitCode: 0 }, 'web1')).toBe(0);
  expect(shellStatus({ session, exitCode: 77 }, 'web1')).toBe(77);
});

test('a signal counts as a shell counts it, by either of its names', () => {
  expect(shellStatus({ session, signal: 'KILL' }, 'web1')).toBe(137);
  expect(shellStatus({ session, signal: 'SIGTERM' }, 'web1')).toBe(143);
  expect(shellStatus({ session, signal: 'unheard-of' }, 'web1')).toBe(128);
});

test('an end without a word is an error that names the node', () => {
  expect(() => shellStatus({ session, reason: 'web1 lost its power.' }, 'web1')).toThrow(
    expect.objectContaining({
      code: 'NODE_NOT_RUNNING',
      message: 'web1 lost its power.',
      detail: { node: 'web1', hint: expect.stringContaining('relevo start web1') as string },
    }),
  );
});
