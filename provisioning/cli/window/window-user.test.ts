import { expect, test } from 'vitest';
import { windowEnvironment, windowUser } from './window-user.ts';

const sudo = { SUDO_USER: 'ana', SUDO_UID: '1000', SUDO_GID: '1001' };

test('the browser runs as whoever called sudo', () => {
  expect(windowUser(sudo, 0)).toEqual({ name: 'ana', uid: 1000, gid: 1001 });
});

test('in a root session it runs as nobody, never as root', () => {
  for (const environment of [
    {},
    { ...sudo, SUDO_UID: '0' },
    { ...sudo, SUDO_UID: 'x' },
    { ...sudo, SUDO_GID: undefined },
  ]) {
    const user = windowUser(environment, 0);
    expect(user?.name).toBe('nobody');
    expect(user?.uid).toBeGreaterThan(0);
  }
});

test('an ordinary user runs it as themselves', () => {
  expect(windowUser(sudo, 1000)).toBeUndefined();
});

test('another user gets what a window needs of our environment, and nothing that is ours', () => {
  const ours = { PATH: '/bin', DISPLAY: ':0', LANG: 'gl_ES.UTF-8', HOME: '/root', SSH_AUTH_SOCK: '/x', SECRET: 'y' };
  const user = { name: 'nobody', uid: 4_000_000, gid: 4_000_000 };
  expect(windowEnvironment(ours, user, { path: '/tmp/w', authority: '/tmp/w/authority' })).toEqual({
    PATH: '/bin',
    DISPLAY: ':0',
    LANG: 'gl_ES.UTF-8',
    HOME: '/tmp/w',
    USER: 'nobody',
    LOGNAME: 'nobody',
    XAUTHORITY: '/tmp/w/authority',
  });
});
