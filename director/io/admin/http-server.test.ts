import { afterEach, describe, expect, it } from 'vitest';
import type { DirectorEvent } from '../../api/event.ts';
import { DirectorError } from '../errors.ts';
import { AdminHttpServer, parseListenAddress } from './http-server.ts';
import type { AdminMethods } from './methods.ts';
import { AdminToken } from './token.ts';

const token = 'a-token-of-24-characters';

/** Answers with what it was asked. */
class EchoMethods {
  stopped = false;
  answer(method: string, input: unknown): Promise<unknown> {
    if (method === 'reload') return Promise.reject(new DirectorError('config-invalid', 'The file has errors'));
    return Promise.resolve(method === 'metrics' ? 'a 1\n' : { method, input });
  }
  watch(request: unknown, send: (event: DirectorEvent) => void): () => void {
    send({ type: 'log', at: 0, level: 'info', message: JSON.stringify(request) });
    return () => (this.stopped = true);
  }
}

const methods = new EchoMethods();
let server: AdminHttpServer | undefined;

async function ask(
  path: string,
  { body, authorization = `Bearer ${token}` }: { body?: string; authorization?: string } = {},
) {
  server = new AdminHttpServer(methods as unknown as AdminMethods, new AdminToken(token));
  const port = await server.listen({ host: '127.0.0.1', port: 0 });
  return fetch(`http://127.0.0.1:${port}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization },
    ...(body === undefined ? {} : { body }),
  });
}

afterEach(() => {
  server?.close();
  server = undefined;
});

describe('the admin API over HTTP', () => {
  it('answers a method with its fields', async () => {
    const response = await ask('/v1/explain', {
      body: '{"question":{"protocol":"TCP","clientAddress":"a","clientPort":1,"virtualAddress":"b","virtualPort":2}}',
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      result: { method: 'explain', input: { question: { virtualPort: 2 } } },
    });
  });

  it.each(['', 'Bearer', 'Bearer a-token-of-24-characterS', `Basic ${token}`, `Bearer ${token}x`])(
    'refuses "%s" as authorization',
    async (authorization) => {
      const response = await ask('/metrics', { authorization });
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ error: { code: 'unauthorized' } });
    },
  );

  it.each([
    ['/v1/nothing', '{}', 404, 'unknown-method'],
    ['/v2/snapshot', '{}', 404, 'unsupported-version'],
    ['/', undefined, 404, 'unknown-method'],
    ['/v1/stop', undefined, 400, 'bad-request'],
    ['/v1/execute', '{"commands":[{"type":"format"}]}', 400, 'bad-request'],
    ['/v1/execute', 'not json', 400, 'bad-request'],
    ['/v1/reload', '{}', 500, 'config-invalid'],
  ])('%s %s fails with %i', async (path, body, status, code) => {
    const response = await ask(path, body === undefined ? {} : { body });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code } });
  });

  it('gives metrics as text', async () => {
    const response = await ask('/metrics');
    expect(response.headers.get('content-type')).toContain('version=0.0.4');
    expect(await response.text()).toBe('a 1\n');
  });

  it('streams events until the caller leaves', async () => {
    const response = await ask('/v1/watch', { body: '{"types":["log"]}' });
    const reader = response.body?.getReader();
    const first = new TextDecoder().decode((await reader?.read())?.value);
    expect(JSON.parse(first)).toMatchObject({ type: 'log', message: '{"adverts":false,"types":["log"]}' });
    await reader?.cancel();
    await expect.poll(() => methods.stopped).toBe(true);
  });
});

describe('where it listens', () => {
  it.each([
    ['9090', { host: '127.0.0.1', port: 9090 }],
    ['0.0.0.0:1', { host: '0.0.0.0', port: 1 }],
    ['[::1]:65535', { host: '::1', port: 65535 }],
  ])('%s', (text, address) => {
    expect(parseListenAddress(text)).toEqual(address);
  });

  it.each(['', 'host', '1:2:3', '::1:90', '70000'])('%s is refused', (text) => {
    expect(() => parseListenAddress(text)).toThrow(/is not ADDRESS:PORT/);
  });
});
