import { describe, expect, test } from 'vitest';
import { acceptHandedOver, isOwnPage } from './navigation.ts';

const engine = 'http://127.0.0.1:4711';

describe('what the window may show', () => {
  test.each([`${engine}/`, `${engine}/#token=x`, `${engine}/assets/a.js?b#c`, 'HTTP://127.0.0.1:4711/'])(
    '%s',
    (address) => {
      expect(isOwnPage(address, engine)).toBe(true);
    },
  );

  test.each([
    'http://127.0.0.1:4712/',
    'https://127.0.0.1:4711/',
    'http://127.0.0.1:4711@evil.example/',
    'http://user@127.0.0.1:4711/',
    'http://127.0.0.1:4711.evil.example/',
    'http://evil.example/http://127.0.0.1:4711/',
    'http://localhost:4711/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'data:text/html,x',
    'blob:http://127.0.0.1:4711/x',
    'about:blank',
    '',
    'nonsense',
  ])('and not %s', (address) => {
    expect(isOwnPage(address, engine)).toBe(false);
  });

  test('and nothing at all while there is no engine', () => {
    expect(isOwnPage(`${engine}/`, undefined)).toBe(false);
  });
});

describe('an address that was handed over', () => {
  test('is taken when it leads to this machine', () => {
    expect(acceptHandedOver(`${engine}/#token=x`)).toBe(`${engine}/#token=x`);
  });

  test.each([undefined, '', 'http://evil.example/#token=x', 'https://127.0.0.1/', 'file:///etc/passwd'])(
    'and not taken when it is %s',
    (address) => {
      expect(acceptHandedOver(address)).toBeUndefined();
    },
  );
});
