import { describe, expect, it } from 'vitest';
import { OPTION_CLOSE, OPTION_KEEP_ALIVE } from './connection-options.ts';
import { forwardsInterim, outgoingRequest, outgoingResponse, whoContinues } from './forwarding.ts';
import { fromLatin1 } from './octets.ts';
import { keepsClient, mayReuseServer, wantsKept } from './persistence.ts';
import { RequestHead } from './request-head.ts';
import { ResponseHead } from './response-head.ts';
import { http2Preface } from './version.ts';

function request(...lines: string[]): RequestHead {
  const head = new RequestHead();
  const octets = fromLatin1(`${lines.join('\r\n')}\r\n\r\n`);
  head.begin(0);
  expect(head.read(octets, octets.length)).toBe('done');
  return head;
}

function response(asked: RequestHead, ...lines: string[]): ResponseHead {
  const head = new ResponseHead();
  const octets = fromLatin1(`${lines.join('\r\n')}\r\n\r\n`);
  head.begin(0, { method: asked.method, upgrades: asked.upgrades });
  expect(head.read(octets, octets.length)).toBe('done');
  return head;
}

const field = (option: string): string[] => (option === '' ? [] : [`connection: ${option}`]);

describe('what is said about connections (measured with haproxy 2.6.12)', () => {
  // Client's version and option, server's version: what the client is told, and what the server.
  it.each([
    ['1.0', '', '1.0', 'none', 'keep-alive'],
    ['1.0', '', '1.1', 'close', 'keep-alive'],
    ['1.0', 'close', '1.0', 'none', 'keep-alive'],
    ['1.0', 'close, keep-alive', '1.1', 'close', 'keep-alive'],
    ['1.0', 'keep-alive', '1.0', 'keep-alive', 'keep-alive'],
    ['1.0', 'keep-alive', '1.1', 'keep-alive', 'keep-alive'],
    ['1.1', '', '1.0', 'keep-alive', 'none'],
    ['1.1', '', '1.1', 'none', 'none'],
    ['1.1', 'keep-alive', '1.1', 'none', 'none'],
    ['1.1', 'close', '1.0', 'none', 'none'],
    ['1.1', 'close', '1.1', 'close', 'none'],
    ['1.1', 'close, keep-alive', '1.1', 'close', 'none'],
  ])('HTTP/%s [%s] and a server of HTTP/%s: %s, and to the server %s', (client, option, server, told, toServer) => {
    const asked = request(`GET / HTTP/${client}`, 'host: a', ...field(option));
    for (const serverOption of ['', 'close', 'keep-alive']) {
      const answer = response(asked, `HTTP/${server} 200 OK`, 'content-length: 0', ...field(serverOption));
      expect(outgoingResponse(asked, answer, 'keep-alive').connection).toBe(told);
    }
    expect(outgoingRequest(asked, 'keep-alive').connection).toBe(toServer);
  });

  it('closes what cannot be kept', () => {
    const asked = request('GET / HTTP/1.1', 'host: a');
    const both = request('POST / HTTP/1.1', 'host: a', 'content-length: 1', 'transfer-encoding: chunked');
    const counted = response(asked, 'HTTP/1.1 200 OK', 'content-length: 0');
    const endless = response(asked, 'HTTP/1.1 200 OK');
    expect(keepsClient('keep-alive', asked, counted)).toBe(true);
    expect(keepsClient('server-close', asked, counted)).toBe(true);
    expect(keepsClient('close', asked, counted)).toBe(false);
    expect(keepsClient('keep-alive', both, counted)).toBe(false);
    expect(keepsClient('keep-alive', asked, endless)).toBe(false);
    expect(outgoingRequest(asked, 'server-close').connection).toBe('close');
    expect(outgoingRequest(asked, 'close').connection).toBe('close');
  });

  it('uses a server again only if it will answer', () => {
    const asked = request('GET / HTTP/1.1', 'host: a');
    const reuses = (...lines: string[]): boolean => mayReuseServer('keep-alive', response(asked, ...lines));
    expect(reuses('HTTP/1.1 200 OK', 'content-length: 0')).toBe(true);
    expect(reuses('HTTP/1.1 200 OK', 'content-length: 0', 'connection: close')).toBe(false);
    expect(reuses('HTTP/1.1 200 OK')).toBe(false);
    expect(reuses('HTTP/1.1 200 OK', 'content-length: 0', 'transfer-encoding: chunked')).toBe(false);
    expect(reuses('HTTP/1.0 200 OK', 'content-length: 0')).toBe(false);
    expect(reuses('HTTP/1.0 200 OK', 'content-length: 0', 'connection: keep-alive')).toBe(true);
    const counted = response(asked, 'HTTP/1.1 200 OK', 'content-length: 0');
    expect(mayReuseServer('server-close', counted)).toBe(false);
  });

  it('takes close before keep-alive', () => {
    expect(wantsKept(1, OPTION_CLOSE | OPTION_KEEP_ALIVE)).toBe(false);
    expect(wantsKept(0, OPTION_KEEP_ALIVE)).toBe(true);
    expect(wantsKept(0, 0)).toBe(false);
  });
});

describe('100-continue', () => {
  const expecting = (version: string, ...fields: string[]): RequestHead =>
    request(`POST / HTTP/${version}`, 'host: a', ...fields);

  it.each([
    ['1.1', ['expect: 100-continue', 'content-length: 1'], 'server', 'proxy'],
    ['1.1', ['Expect: 100-Continue', 'transfer-encoding: chunked'], 'server', 'proxy'],
    ['1.1', ['expect: 100-continue', 'content-length: 0'], 'nobody', 'nobody'],
    ['1.1', ['expect: 100-continue'], 'nobody', 'nobody'],
    ['1.1', ['expect: other', 'content-length: 1'], 'nobody', 'nobody'],
    ['1.0', ['expect: 100-continue', 'content-length: 1'], 'nobody', 'nobody'],
  ])('HTTP/%s %j: %s, or %s that waits', (version, fields, forwarding, waiting) => {
    expect(whoContinues(expecting(version, ...fields), false)).toBe(forwarding);
    expect(whoContinues(expecting(version, ...fields), true)).toBe(waiting);
  });

  it('is not told to HTTP/1.0', () => {
    const old = request('GET / HTTP/1.0');
    const asked = request('GET / HTTP/1.1', 'host: a');
    const interim = response(asked, 'HTTP/1.1 100 Continue');
    expect(forwardsInterim(old, interim)).toBe(false);
    expect(forwardsInterim(asked, interim)).toBe(true);
    expect(forwardsInterim(old, response(asked, 'HTTP/1.1 200 OK'))).toBe(true);
  });
});

describe("HTTP/2's preface", () => {
  const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
  it.each([
    [preface, 'yes'],
    [`${preface}x`, 'yes'],
    [preface.slice(0, -1), 'more'],
    ['', 'more'],
    ['PRI / HTTP/1.1', 'no'],
    ['GET / HTTP/1.1', 'no'],
  ])('%j: %s', (text, verdict) => expect(http2Preface(fromLatin1(text), 0, text.length)).toBe(verdict));
});
