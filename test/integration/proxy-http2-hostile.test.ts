import { constants } from 'node:http2';
import { describe, expect, it } from 'vitest';
import { ask, client, MEGABYTE, serve, web, words } from './support/http2-bed.ts';
import * as raw from './support/raw-http2.ts';

// Clients that mean ill: requests in HTTP/2 that are none, and floods, in frames made by hand.

const GET: [string, string][] = [
  [':method', 'GET'],
  [':scheme', 'https'],
  [':authority', 'web.test'],
  [':path', '/'],
];
const replaced = (name: string, value: string): [string, string][] =>
  GET.map(([key, old]) => [key, key === name ? value : old]);

describe('what is no request', () => {
  const heads: [string, [string, string][]][] = [
    ['CR LF in a value', [...GET, ['x', 'a\r\nx-smuggled: 1']]],
    ['LF in a value', [...GET, ['x', 'a\nx-smuggled: 1']]],
    ['NUL in a value', [...GET, ['x', 'a\0x-smuggled']]],
    ['CR LF in a name', [...GET, ['x: 1\r\nx-smuggled', '1']]],
    ['a colon in a name', [...GET, ['x-smuggled:', '1']]],
    ['a blank in a name', [...GET, ['x-smuggled ', '1']]],
    ['capital letters in a name', [...GET, ['X-Smuggled', '1']]],
    ['an empty name', [...GET, ['', 'x-smuggled']]],
    ['transfer-encoding', [...GET, ['transfer-encoding', 'chunked']]],
    ['te with more than trailers', [...GET, ['te', 'trailers, chunked']]],
    ['connection', [...GET, ['connection', 'x-smuggled']]],
    ['keep-alive', [...GET, ['keep-alive', 'x-smuggled']]],
    ['proxy-connection', [...GET, ['proxy-connection', 'x-smuggled']]],
    ['upgrade', [...GET, ['upgrade', 'websocket']]],
    ['two methods', [[':method', 'POST'], ...GET]],
    ['two paths', [...GET, [':path', '/x-smuggled']]],
    ['a pseudo-field behind a field', [...GET.slice(0, 3), ['x', '1'], [':path', '/x-smuggled']]],
    ['an unknown pseudo-field', [...GET, [':x-smuggled', '1']]],
    ['an answer\u2019s pseudo-field', [...GET, [':status', '200']]],
    ['no path', GET.slice(0, 3)],
    ['an empty path', replaced(':path', '')],
    ['a path without slash', replaced(':path', 'x-smuggled')],
    ['a path with a blank', replaced(':path', '/ HTTP/1.1 x-smuggled')],
    ['a path with lines', replaced(':path', '/ HTTP/1.1\r\nx-smuggled: 1')],
    ['a path with a fragment', replaced(':path', '/#x-smuggled')],
    ['an absolute path', replaced(':path', 'http://x-smuggled/')],
    ['a method with a blank', replaced(':method', 'GET /x-smuggled')],
    ['a method with lines', replaced(':method', 'GET / HTTP/1.1\r\nx-smuggled: 1')],
    ['another scheme', replaced(':scheme', 'x-smuggled')],
    ['an authority with lines', replaced(':authority', 'web.test\r\nx-smuggled: 1')],
    ['an authority with a user', replaced(':authority', 'x-smuggled@web.test')],
    ['a Host beside another authority', [...GET, ['host', 'x-smuggled.test']]],
    ['two Hosts', [...GET, ['host', 'web.test'], ['host', 'web.test']]],
    ['two lengths', [...GET, ['content-length', '0'], ['content-length', '0']]],
    ['a length of letters', [...GET, ['content-length', 'x-smuggled']]],
    ['a length with a sign', [...GET, ['content-length', '+5']]],
    ['a length that is a list', [...GET, ['content-length', '5, 5']]],
    ['a length beyond numbers', [...GET, ['content-length', '18446744073709551617']]],
    ['a length without content', [...GET, ['content-length', '5']]],
    [
      'CONNECT',
      [
        [':method', 'CONNECT'],
        [':authority', 'x-smuggled:1'],
      ],
    ],
  ];

  it('is never read by a server in another sense', async () => {
    const heard: string[] = [];
    const target = await words((socket, all) => {
      heard.push(all);
      socket.end('HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n');
    });
    const port = await serve(target);
    const passed: string[] = [];
    for (const [what, fields] of heads) {
      const one = await raw.RawHttp2.open(port);
      one.send(raw.frame(raw.HEADERS, raw.END_STREAM | raw.END_HEADERS, 1, raw.fieldBlock(fields)));
      const reset = await Promise.race([
        one.frame(raw.RST_STREAM, 1),
        one.frame(raw.GOAWAY, 0),
        one.frame(raw.HEADERS, 1),
      ]);
      if (reset?.type !== raw.RST_STREAM && reset?.type !== raw.GOAWAY) passed.push(what);
      one.socket.destroy();
    }
    expect(heard.filter((octets) => /smuggled|transfer|chunked|upgrade/i.test(octets))).toEqual([]);
    // The library leaves out what cannot be a field, and the rest of the request goes on; a user gets an answer: 400.
    const leftOut = ['CR LF in a value', 'LF in a value', 'NUL in a value', 'CR LF in a name'];
    leftOut.push('a colon in a name', 'a blank in a name', 'an empty name');
    expect(passed).toEqual([...leftOut, 'an authority with a user']);
    expect(heard).toHaveLength(leftOut.length);
  });

  it('with more or less content than it says never becomes another request', async () => {
    const heard: string[] = [];
    const target = await words((_socket, all) => heard.push(all));
    const port = await serve(target);
    const post: [string, string][] = [...replaced(':method', 'POST'), ['content-length', '4']];
    for (const content of ['abcdGET /smuggled HTTP/1.1\r\n\r\n', 'ab']) {
      const one = await raw.RawHttp2.open(port);
      one.send(raw.frame(raw.HEADERS, raw.END_HEADERS, 1, raw.fieldBlock(post)));
      one.send(raw.frame(raw.DATA, raw.END_STREAM, 1, Buffer.from(content)));
      expect((await one.frame(raw.RST_STREAM, 1))?.payload.readUInt32BE()).toBe(constants.NGHTTP2_PROTOCOL_ERROR);
      one.socket.destroy();
    }
    expect(heard.join('')).not.toContain('smuggled');
  });
});

describe('floods', () => {
  const head = raw.fieldBlock(GET);
  const floods: [string, (turn: number) => Buffer][] = [
    [
      'rapid reset',
      (turn) => {
        const stream = 2 * turn + 1;
        const reset = raw.frame(raw.RST_STREAM, 0, stream, Buffer.of(0, 0, 0, 8));
        return Buffer.concat([raw.frame(raw.HEADERS, raw.END_STREAM | raw.END_HEADERS, stream, head), reset]);
      },
    ],
    ['PING', () => raw.frame(raw.PING, 0, 0, Buffer.alloc(8))],
    ['SETTINGS', () => raw.frame(raw.SETTINGS, 0, 0)],
    [
      'CONTINUATION',
      (turn) =>
        turn === 0
          ? raw.frame(raw.HEADERS, raw.END_STREAM, 1, head)
          : raw.frame(raw.CONTINUATION, 0, 1, raw.fieldBlock([['x', 'y'.repeat(100)]])),
    ],
    ['PRIORITY', (turn) => raw.frame(raw.PRIORITY, 0, 2 * turn + 1, Buffer.of(0, 0, 0, 0, 1))],
    [
      'empty DATA',
      (turn) => (turn === 0 ? raw.frame(raw.HEADERS, raw.END_HEADERS, 1, head) : raw.frame(raw.DATA, 0, 1)),
    ],
  ];

  it.each(floods)('%s ends the connection, and others are served', async (_name, piece) => {
    const port = await serve(await web((_incoming, outgoing) => void setTimeout(() => outgoing.end('ok'), 5)));
    const before = process.memoryUsage().rss;
    const other = client(port);
    const flooder = await raw.RawHttp2.open(port);
    let turn = 0;
    const until = Date.now() + 4000;
    while (!flooder.socket.destroyed && flooder.socket.writable && Date.now() < until) {
      flooder.send(...Array.from({ length: 500 }, () => piece(turn++)));
      expect((await ask(other, {})).body.toString()).toBe('ok');
    }
    expect(Date.now()).toBeLessThan(until);
    expect((await ask(other, {})).body.toString()).toBe('ok');
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * MEGABYTE);
    flooder.socket.destroy();
  });
});
