import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { constants, type IncomingHttpHeaders } from 'node:http2';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  ask,
  client,
  configure,
  digest,
  echo,
  ended,
  freePort,
  MEGABYTE,
  place,
  proxy,
  serve,
  text,
  web,
  words,
} from './support/http2-bed.ts';

// HTTP/2 at the director's front and HTTP/1.1 at its back, with Node's client and curl, on loopback.

describe('a request and its answer', () => {
  it('reach the server as HTTP/1.1, with Host and one cookie field, and come back without fields of connections', async () => {
    let heard: unknown;
    const target = await web((incoming, outgoing) => {
      heard = [incoming.httpVersion, incoming.method, incoming.url, incoming.headers];
      outgoing.writeHead(200, { 'set-cookie': ['a=1', 'b=2'], 'content-type': 'text/plain', 'keep-alive': 'x' });
      outgoing.end('hello');
    });
    const port = await serve(target);
    const answer = await ask(client(port), { ':path': '/x?y=1', cookie: ['c=1', 'd=2'], 'x-latin': 'caf\xe9' });
    expect(heard).toMatchObject([
      '1.1',
      'GET',
      '/x?y=1',
      { host: `127.0.0.1:${port}`, cookie: 'c=1; d=2', 'x-latin': 'caf\xe9' },
    ]);
    expect(answer).toMatchObject({ status: 200, reset: 0, headers: { 'set-cookie': ['a=1', 'b=2'] } });
    expect(answer.body.toString()).toBe('hello');
    for (const name of ['connection', 'keep-alive', 'transfer-encoding'])
      expect(answer.headers).not.toHaveProperty(name);
    expect(ended[0]?.session).toMatchObject({ httpMajor: 2, tls: { alpn: 'h2' }, source: { address: '127.0.0.1' } });
  });

  it('16 MB go both ways as they were, counted and uncounted', async () => {
    const port = await serve(await web(echo));
    const large = randomBytes(16 * MEGABYTE);
    const session = client(port);
    for (const fields of [{}, { 'content-length': large.length }]) {
      const answer = await ask(session, { ':method': 'POST', ...fields }, large);
      expect(answer).toMatchObject({ status: 200, reset: 0 });
      expect(digest(answer.body)).toBe(digest(large));
    }
    expect(proxy.loop?.slabs.taken).toBe(0);
  });

  it('100 at once on one connection each get their own', async () => {
    const port = await serve(
      await web((incoming, outgoing) => {
        setTimeout(() => outgoing.end(`${incoming.url ?? ''}${'x'.repeat(50_000)}`), 20);
      }),
    );
    const session = client(port);
    const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => ask(session, { ':path': `/${n}` })));
    expect(answers.map(({ body }) => body.toString())).toEqual(
      Array.from({ length: 100 }, (_, n) => `/${n}${'x'.repeat(50_000)}`),
    );
    expect([...(proxy.engine?.frontends.values() ?? [])][0]?.current).toBe(1);
  });

  it('HEAD, 204, 304 and empty content have none; a second line of a field that has one only is joined', async () => {
    const target = await web((incoming, outgoing) => {
      if (incoming.url === '/twice') outgoing.setHeader('retry-after', ['1', '2']);
      if (incoming.url === '/304') outgoing.setHeader('etag', '"e"');
      outgoing.statusCode = Number(/\d+/.exec(incoming.url ?? '')?.[0] ?? 200);
      if (incoming.method === 'HEAD') outgoing.setHeader('content-length', 5);
      outgoing.end();
    });
    const session = client(await serve(target));
    const head = await ask(session, { ':method': 'HEAD' });
    expect([head.status, head.headers['content-length'], head.body.length, head.reset]).toEqual([200, '5', 0, 0]);
    for (const status of [204, 304, 205]) {
      const answer = await ask(session, { ':path': `/${status}` });
      expect([answer.status, answer.body.length, answer.reset]).toEqual([status, 0, 0]);
    }
    expect((await ask(session, { ':path': '/twice' })).headers['retry-after']).toBe('1, 2');
  });

  it('trailers go both ways, and interim answers before the answer', async () => {
    const target = await web((incoming, outgoing) => {
      outgoing.writeEarlyHints({ link: '</a.css>; rel=preload' });
      incoming.resume().on('end', () => {
        outgoing.writeHead(200, { trailer: 'x-sum' });
        outgoing.write('body');
        outgoing.addTrailers({ 'x-sum': incoming.trailers['x-mine'] ?? 'none' });
        outgoing.end();
      });
    });
    const session = client(await serve(target));
    const stream = session.request({ ':method': 'POST' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-mine': 'of the request' }));
    const interim: (number | undefined)[] = [];
    stream.on('headers', (fields: IncomingHttpHeaders & { ':status'?: number }) => interim.push(fields[':status']));
    stream.end('some content');
    const [trailers] = (await once(stream.resume(), 'trailers')) as [IncomingHttpHeaders];
    expect(trailers['x-sum']).toBe('of the request');
    expect(interim).toEqual([103]);
  });

  it('curl --http2 gets and posts', async () => {
    const port = await serve(await web(echo));
    const file = join(place, 'sent');
    writeFileSync(file, randomBytes(MEGABYTE));
    const how = [
      '--http2',
      '-sk',
      '-w',
      '%{http_version} %{http_code}',
      '-o',
      `${file}.back`,
      '--data-binary',
      `@${file}`,
    ];
    const { stdout } = await promisify(execFile)('curl', [...how, `https://127.0.0.1:${port}/`]);
    expect(stdout).toBe('2 200');
    expect(digest(readFileSync(`${file}.back`))).toBe(digest(readFileSync(file)));
  });

  it('without TLS, where the bind line says proto h2', async () => {
    const port = await serve(await web(echo), '', 'proto h2');
    const answer = await ask(client(port, 'http'), { ':method': 'PUT' }, Buffer.from('plain'));
    expect([answer.status, answer.body.toString()]).toEqual([200, 'plain']);
  });
});

describe('failures', () => {
  it('503 where no server is, 502 where it says nonsense, and the connection goes on', async () => {
    const nonsense = await words((socket) => socket.end('nonsense\r\n\r\n'));
    const session = client(await serve(nonsense));
    expect((await ask(session, {})).status).toBe(502);
    expect((await ask(session, {})).status).toBe(502);
    expect((await ask(client(await serve(await freePort())), {})).status).toBe(503);
  });

  it('an answer that is cut short is reset, and never looks complete', async () => {
    const half = await words((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf'));
    const answer = await ask(client(await serve(half)), {});
    expect(answer).toMatchObject({ status: 200, reset: constants.NGHTTP2_INTERNAL_ERROR });
  });

  it('a client that gives up a stream ends the request at its server, and no other', async () => {
    const left: string[] = [];
    const target = await web((incoming, outgoing) => {
      outgoing.on('close', () => outgoing.writableFinished || left.push(String(incoming.url)));
      outgoing.write('first');
      if (incoming.url === '/stays') setTimeout(() => outgoing.end('last'), 150);
    });
    const session = client(await serve(target));
    const given = session.request({ ':path': '/given-up' }).on('error', () => undefined);
    const stays = ask(session, { ':path': '/stays' });
    await once(given, 'data');
    given.close(constants.NGHTTP2_CANCEL);
    expect((await stays).body.toString()).toBe('firstlast');
    expect(left).toEqual(['/given-up']);
  });

  it('a client that does not read holds up its server, not the memory', async () => {
    let sent = 0;
    const target = await web((_incoming, outgoing) => {
      const piece = Buffer.alloc(65_536);
      const more = (): void => {
        while (sent < 512 * MEGABYTE && outgoing.write(piece)) sent += piece.length;
      };
      outgoing.on('drain', more).on('error', () => undefined);
      more();
    });
    const session = client(await serve(target));
    const stalled = session.request({}).on('error', () => undefined);
    await once(stalled, 'response');
    await delay(300);
    expect(sent).toBeLessThan(32 * MEGABYTE);
    expect((await ask(session, { ':method': 'CONNECT', ':authority': 'a:1' })).reset).toBe(
      constants.NGHTTP2_HTTP_1_1_REQUIRED,
    );
    stalled.destroy();
  });
});

describe('the end of a connection', () => {
  it('comes with GOAWAY after timeout http-keep-alive', async () => {
    const session = client(await serve(await web(echo), 'timeout http-keep-alive 200ms'));
    const gone = once(session, 'goaway');
    await ask(session, {});
    expect((await gone)[0]).toBe(constants.NGHTTP2_NO_ERROR);
    await delay(50);
    expect([...(proxy.engine?.frontends.values() ?? [])][0]?.current).toBe(0);
  });

  it('comes after the last answer when another configuration takes its place', async () => {
    const target = await web((_incoming, outgoing) => void setTimeout(() => outgoing.end('late'), 200));
    const session = client(await serve(target));
    const late = ask(session, {});
    await delay(100);
    await configure(text(await freePort(), target, { bind: '', more: '' }));
    const [answer] = await Promise.all([late, once(session, 'close')]);
    expect(answer.body.toString()).toBe('late');
  });
});
