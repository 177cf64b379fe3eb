import { describe, expect, it } from 'vitest';
import type { HttpCheckConfiguration, UrlExpectation } from '../configuration.ts';
import { http, httpProxy } from './http.ts';
import { play, type Line } from './scripted-peer.ts';

const url = (changes: Partial<UrlExpectation> = {}): UrlExpectation => ({
  path: '/',
  method: 'GET',
  statusCodes: [{ from: 200, to: 299 }],
  ...changes,
});
const check = (urls: UrlExpectation[], changes: Partial<HttpCheckConfiguration> = {}): HttpCheckConfiguration => ({
  kind: 'HTTP_GET',
  address: '10.0.100.5',
  port: 80,
  version: '1.0',
  userAgent: 'KeepAliveClient',
  urls,
  intervalMs: 1,
  timeoutMs: 1,
  retries: 0,
  delayBeforeRetryMs: 0,
  warmupMs: 0,
  ...changes,
});
const ask = (expectation: Partial<UrlExpectation>, ...script: Line[]) =>
  play(http(check([url(expectation)])), script).result;

describe('the request', () => {
  it.each([
    [{}, {}, 'GET / HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: 10.0.100.5\r\n\r\n'],
    [{ port: 8080 }, {}, 'GET / HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: 10.0.100.5:8080\r\n\r\n'],
    [
      { address: 'fd00::5', port: 443, kind: 'SSL_GET' },
      {},
      'GET / HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: [fd00::5]\r\n\r\n',
    ],
    [
      { version: '1.0C' },
      {},
      'GET / HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: 10.0.100.5\r\n\r\n',
    ],
    [
      { version: '1.1' },
      { virtualHost: 'web.example', path: '/a', method: 'HEAD' },
      'HEAD /a HTTP/1.1\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: web.example\r\n\r\n',
    ],
  ] as const)('%o %o', (changes, expectation, request) => {
    expect(play(http(check([url(expectation)], changes)), []).sent).toEqual([request]);
  });
});

describe('the answer', () => {
  it.each([
    ['200 with a length', ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi'], true],
    ['200 to the end', ['HTTP/1.0 200 OK\r\n\r\nhi', 'closed'], true],
    ['404', ['HTTP/1.0 404 Not Found\r\n\r\n', 'closed'], false],
    ['100 before it', ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n'], true],
    ['another protocol', ['220 mail.example\r\n'], false],
    ['cut off in the header', ['HTTP/1.0 200 OK\r\nA: b\r\n', 'closed'], false],
    ['cut off in the body', ['HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhi', 'closed'], false],
    ['a bad chunk', ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxx\r\n'], false],
  ] as const)('%s', (_, script, ok) => {
    expect(ask({}, ...script)?.ok).toBe(ok);
    // Byte by byte it is the same.
    expect(play(http(check([url()])), script, 1).result?.ok).toBe(ok);
  });

  it('chunks are put together before the digest and the expression', () => {
    const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n';
    // MD5 of "abcdef".
    expect(ask({ digest: 'E80B5017098950FC58AAD83C8C14978E' }, chunked)?.ok).toBe(true);
    expect(ask({ digest: 'e80b5017098950fc58aad83c8c14978f' }, chunked)).toEqual({
      ok: false,
      reason: '/: the digest of the body is e80b5017098950fc58aad83c8c14978e, not e80b5017098950fc58aad83c8c14978f',
    });
    expect(ask({ regex: { source: '(?i)CD', flags: '', negated: false } }, chunked)?.ok).toBe(true);
    expect(ask({ regex: { source: 'cd', flags: '', negated: true } }, chunked)?.ok).toBe(false);
    expect(ask({ regex: { source: 'cd', flags: '', negated: false, minimumOffset: 3 } }, chunked)?.ok).toBe(false);
    expect(ask({ regex: { source: '(', flags: '', negated: false } }, chunked)?.reason).toContain('is not valid');
  });

  it('an expression sees UTF-8 as bytes, as PCRE does', () => {
    const body = 'HTTP/1.0 200 OK\r\nContent-Length: 6\r\n\r\na\xc3\xb1o\n\n';
    expect(ask({ regex: { source: '^año$', flags: 'm', negated: false } }, body)?.ok).toBe(true);
  });

  it('every URL has to pass, each on a connection of its own', () => {
    const dialogue = http(check([url(), url({ path: '/b' })]));
    const { result, sent } = play(dialogue, [
      /GET \/ /,
      'HTTP/1.0 200 OK\r\n\r\n',
      'closed',
      /GET \/b /,
      'HTTP/1.0 500 Oh\r\n\r\n',
      'closed',
    ]);
    expect(sent).toContain('reconnect');
    expect(result).toEqual({ ok: false, reason: '/b: 500 Oh, where 200-299 is well' });
  });

  it('a proxy is asked for an absolute URL', () => {
    const { result, sent } = play(httpProxy('/http://web.example/x', 'hi'), [
      /GET http/,
      'HTTP/1.1 200 OK\r\n\r\nhi',
      'closed',
    ]);
    expect(sent[0]).toMatch(/^GET http:\/\/web\.example\/x HTTP\/1\.1\r\n[^]*Host: web\.example\r\n/);
    expect(result?.ok).toBe(true);
  });
});
