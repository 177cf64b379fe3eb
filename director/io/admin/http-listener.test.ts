import { expect, it } from 'vitest';
import { listenOf } from './http-listener.ts';

it('a token without an address to listen on is an error that says so, and so is the other way round', () => {
  expect(() => listenOf(undefined, '/etc/director/token')).toThrow(
    '--admin-token-file /etc/director/token does nothing without --admin-listen ADDRESS:PORT',
  );
  expect(() => listenOf('127.0.0.1:9090', undefined)).toThrow('--admin-listen needs --admin-token-file');
  expect(listenOf(undefined, undefined)).toBeUndefined();
});
