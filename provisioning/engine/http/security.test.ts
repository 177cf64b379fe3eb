import { describe, expect, test } from 'vitest';
import { isToken, offeredToken, refusal, securityHeaders } from './security.ts';

const door = { port: 4711, token: 'secret' };
const good = { host: '127.0.0.1:4711', 'sec-websocket-protocol': 'relevo, token.secret' };
const knock = (headers: Record<string, string | undefined>): number | undefined =>
  refusal({ headers: { ...good, ...headers } }, door)?.status;

describe('an upgrade', () => {
  test('passes with the right host and token, from a program or from our page', () => {
    expect(knock({})).toBeUndefined();
    expect(knock({ origin: 'http://127.0.0.1:4711' })).toBeUndefined();
    expect(knock({ host: 'localhost:4711', origin: 'http://localhost:4711' })).toBeUndefined();
  });

  test('is forbidden to other hosts and other origins, whatever the token', () => {
    expect(knock({ host: 'evil.example:4711' })).toBe(403);
    expect(knock({ host: undefined })).toBe(403);
    expect(knock({ origin: 'http://127.0.0.1:4712' })).toBe(403);
    expect(knock({ origin: '' })).toBe(403);
  });

  test('is refused without the token', () => {
    expect(knock({ 'sec-websocket-protocol': undefined })).toBe(401);
    expect(knock({ 'sec-websocket-protocol': 'relevo' })).toBe(401);
    expect(knock({ 'sec-websocket-protocol': 'relevo, token.' })).toBe(401);
    expect(knock({ 'sec-websocket-protocol': 'relevo, token.secreT' })).toBe(401);
  });
});

test('the token is the first subprotocol with its prefix, however the list is spaced', () => {
  expect(offeredToken('relevo,token.a')).toBe('a');
  expect(offeredToken(' token.a , token.b')).toBe('a');
  expect(offeredToken(undefined)).toBeUndefined();
});

test('tokens of any length can be compared', () => {
  expect(isToken('secret', 'secret')).toBe(true);
  for (const wrong of [undefined, '', 's', 'secretsecret']) expect(isToken(wrong, 'secret')).toBe(false);
});

test('a page asked for as localhost may connect to localhost, and to nothing else', () => {
  const policy = String(securityHeaders('localhost:4711')['Content-Security-Policy']);
  expect(policy).toContain("connect-src 'self' ws://localhost:4711;");
  expect(policy).not.toMatch(/unsafe-eval|script-src|\*/);
});
