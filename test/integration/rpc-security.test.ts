import { request } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { connect as connectSocket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startTestEngine } from './support/test-engine.ts';
import type { TestEngine } from './support/test-engine.ts';

let host: TestEngine;
beforeAll(async () => void (host = await startTestEngine()));
afterAll(() => host.stop());

/** The status with which the upgrade ends: 101 when it was let in. */
function knock(options: { headers?: Record<string, string>; protocols?: string[]; path?: string }): Promise<number> {
  const { port, token } = host.engine;
  const protocols = options.protocols ?? ['relevo', `token.${token}`];
  const socket = new WebSocket(`ws://127.0.0.1:${port}${options.path ?? '/rpc'}`, protocols, {
    headers: options.headers ?? {},
  });
  return new Promise((resolve) => {
    socket.once('open', () => {
      expect(socket.protocol).toBe('relevo');
      socket.close();
      resolve(101);
    });
    socket.once('unexpected-response', (_request, response: IncomingMessage) => resolve(response.statusCode ?? 0));
    socket.on('error', () => undefined);
  });
}

function get(
  path: string,
  headers: OutgoingHttpHeaders = {},
  method = 'GET',
): Promise<{ status: number; headers: IncomingMessage['headers']; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port: host.engine.port, path, headers, method }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (piece: string) => (body += piece));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    outgoing.on('error', reject).end();
  });
}

describe('who may speak the contract', () => {
  test('the token lets a program in', async () => {
    expect(await knock({})).toBe(101);
  });

  test('our own page is let in, by both names of loopback', async () => {
    const { port } = host.engine;
    expect(await knock({ headers: { Origin: `http://127.0.0.1:${port}` } })).toBe(101);
    expect(await knock({ headers: { Host: `localhost:${port}`, Origin: `http://localhost:${port}` } })).toBe(101);
  });

  test('without a token nobody is', async () => {
    expect(await knock({ protocols: ['relevo'] })).toBe(401);
  });

  test('nor with a wrong one, be it empty, shorter, longer or of the same length', async () => {
    const { token } = host.engine;
    const last = token.endsWith('A') ? 'B' : 'A';
    for (const wrong of ['', token.slice(0, -1), `${token}x`, token.slice(0, -1) + last]) {
      expect(await knock({ protocols: ['relevo', `token.${wrong}`] }), wrong).toBe(401);
    }
  });

  test('the token in the address or in a header counts for nothing', async () => {
    const { token } = host.engine;
    expect(await knock({ protocols: ['relevo'], path: `/rpc?token=${token}` })).toBe(401);
    expect(await knock({ protocols: ['relevo'], headers: { Authorization: `Bearer ${token}` } })).toBe(401);
  });

  test.each(['http://evil.example', 'null', 'https://127.0.0.1', 'http://127.0.0.1:1', 'file://'])(
    'a page of origin %s is refused, token or not',
    async (origin) => {
      expect(await knock({ headers: { Origin: origin } })).toBe(403);
    },
  );

  test.each(['evil.example', 'evil.example:80', '127.0.0.1', '127.0.0.1:1', '[::1]:80'])(
    'a request for host %s is refused: a name that was made to point here',
    async (name) => {
      expect(await knock({ headers: { Host: name } })).toBe(403);
      expect((await get('/', { Host: name })).status).toBe(403);
    },
  );

  test('only /rpc speaks it', async () => {
    expect(await knock({ path: '/other' })).toBe(404);
  });
});

describe('where it listens', () => {
  test('on no other interface than loopback, and on loopback at 127.0.0.1 only', async () => {
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .map(({ address, scopeid }) => (scopeid === undefined || scopeid === 0 ? address : undefined))
      .filter((address) => address !== undefined && address !== '127.0.0.1');
    for (const address of ['127.0.0.2', ...others]) {
      expect(await reaches(address ?? ''), address).toBe(false);
    }
    expect(await reaches('127.0.0.1')).toBe(true);
  });

  function reaches(address: string): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connectSocket({ host: address, port: host.engine.port });
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
  }
});

describe('the page', () => {
  test('comes with a content security policy that allows this server only, and no sniffing, no referrer', async () => {
    const { status, headers, body } = await get('/');
    expect(status).toBe(200);
    expect(body).toContain('<title>page</title>');
    expect(headers['content-security-policy']).toBe(
      "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; " +
        `connect-src 'self' ws://127.0.0.1:${host.engine.port}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
    );
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['cache-control']).toBe('no-store');
  });

  test('files whose names change with their content may be kept', async () => {
    const { headers } = await get('/assets/app-1234.js');
    expect(headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(headers['cache-control']).toContain('immutable');
  });

  test.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e%2fsecret.txt',
    '/..\\secret.txt',
    '//etc/passwd',
    '/%00',
    '/%',
    '/assets',
    '/engine.json',
  ])('%s leads nowhere', async (path) => {
    const { status, body } = await get(path);
    expect(status).toBe(404);
    expect(body).not.toContain('not for the page');
  });

  test('nothing can be changed over http', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) expect((await get('/', {}, method)).status).toBe(405);
  });

  test('and no answer carries the token', async () => {
    const answers = await Promise.all([get('/'), get('/rpc'), get('/engine.json')]);
    for (const answer of answers) expect(JSON.stringify(answer)).not.toContain(host.engine.token);
  });
});

test("the record that holds the token is its owner's only", () => {
  expect(statSync(join(host.state, 'engine.json')).mode & 0o777).toBe(0o600);
});
