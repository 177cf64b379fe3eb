import { describe, expect, it } from 'vitest';
import type { HttpCheckConfiguration, NegotiateCheckConfiguration, UrlExpectation } from '../configuration.ts';
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
    ['cut off in the body', ['HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhi', 'closed'], true],
    ['cut off in a chunk', ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhi', 'closed'], true],
    ['cut off between chunks', ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi', 'closed'], true],
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

  it('of a body that is cut off what came is looked at', () => {
    const short = ['HTTP/1.0 200 OK\r\nContent-Length: 50\r\n\r\nwell', 'closed'];
    expect(ask({ regex: { source: 'well', flags: '', negated: false } }, ...short)?.ok).toBe(true);
    expect(ask({ regex: { source: 'done', flags: '', negated: false } }, ...short)?.ok).toBe(false);
  });

  it('a proxy is asked for an absolute URL, and for the one it is sent to', () => {
    const proxied: Omit<NegotiateCheckConfiguration, 'request'> = {
      ...{ kind: 'NEGOTIATE', service: 'http_proxy', address: '10.0.100.5', port: 3128, login: '', password: '' },
      ...{ intervalMs: 1, timeoutMs: 1, retries: 0, delayBeforeRetryMs: 0, warmupMs: 0, database: '', receive: 'hi' },
    };
    const { result, sent, destinations } = play(httpProxy({ ...proxied, request: '/http://web.example/x' }), [
      /GET http:\/\/web\.example\/x HTTP\/1\.1\r\n[^]*Host: web\.example\r\n/,
      'HTTP/1.1 302 Found\r\nLocation: /y\r\n\r\n',
      'closed',
      /GET http:\/\/web\.example\/y /,
      'HTTP/1.1 302 Found\r\nLocation: https://other.example/z\r\n\r\n',
      'closed',
      /GET \/z [^]*Host: other\.example\r\n/,
      'HTTP/1.1 200 OK\r\n\r\nhi',
      'closed',
    ]);
    expect(sent).toHaveLength(5);
    expect(destinations).toEqual([
      { host: '10.0.100.5', port: 3128, tls: false },
      { host: 'other.example', port: 443, tls: true },
    ]);
    expect(result).toEqual({ ok: true, reason: 'https://other.example/z: 200 OK' });
    expect(play(httpProxy({ ...proxied, request: '/x' }), []).result?.reason).toBe(
      '/x is not the absolute URL that a proxy wants',
    );
  });
});

describe('redirects', () => {
  const moved = (location: string, status = '302 Found'): Line[] => [
    `HTTP/1.1 ${status}\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`,
  ];
  const well = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nwell';
  const follow = (redirects: number, script: Line[], changes: Partial<UrlExpectation> = {}) =>
    play(
      http(check([url({ redirects, virtualHost: 'web.example', ...changes })], { version: '1.1', port: 8080 })),
      script,
    );

  it.each(['301 Moved Permanently', '302 Found', '303 See Other', '307 Temporary Redirect', '308 Permanent Redirect'])(
    '%s is followed',
    (status) => {
      const { result, sent, destinations } = follow(7, [...moved('/new', status), /GET \/new /, well]);
      expect(result).toEqual({ ok: true, reason: '/ → http://10.0.100.5:8080/new: 200 OK' });
      expect(destinations).toEqual([{ host: '10.0.100.5', port: 8080, tls: false }]);
      // The name of the virtual host is left behind.
      expect(sent.join('')).toMatch(
        /Host: web\.example\r\n[^]*GET \/new HTTP\/1\.1\r\n[^]*Host: 10\.0\.100\.5:8080\r\n/,
      );
    },
  );

  it.each(['300 Multiple Choices', '304 Not Modified', '305 Use Proxy', '401 Unauthorized'])('%s is not', (status) => {
    expect(follow(7, [...moved('/new', status), 'closed']).result?.reason).toBe(`/: ${status}, where 200-299 is well`);
  });

  it('as often as wanted and no further, GET and HEAD', () => {
    const chain = (count: number): Line[] => Array.from({ length: count }, (_, index) => moved(`/${index}`)[0] ?? '');
    expect(follow(7, [...chain(7), well]).result?.ok).toBe(true);
    expect(follow(7, [...chain(7), well], { method: 'HEAD' }).result?.ok).toBe(true);
    expect(follow(7, chain(8)).result).toEqual({
      ok: false,
      reason: expect.stringMatching(/^\/ → .*\/6: 302 Found once more, after 7 redirects$/) as string,
    });
  });

  it('none without being told to', () => {
    const { result, destinations } = play(http(check([url()])), moved('/new'));
    expect(result?.reason).toBe('/: 302 Found, where 200-299 is well');
    expect(destinations).toEqual([]);
  });

  it('to another machine, over TLS; what is asked for is what comes in the end', () => {
    const regex = { source: '^well$', flags: '', negated: false };
    const { result, destinations } = follow(7, [...moved('https://Other.example/x'), well], { regex });
    expect(destinations).toEqual([{ host: 'other.example', port: 443, tls: true }]);
    expect(result).toEqual({ ok: true, reason: '/ → https://other.example/x: 200 OK' });
  });

  it('nowhere', () => {
    const none = 'HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n';
    expect(follow(7, [none]).result?.reason).toBe('/: 302 Found, but it does not say where to');
    expect(follow(7, moved('mailto:me')).result?.reason).toBe(
      '/: 302 Found, but it leads to mailto: and not to a web server',
    );
  });
});
