import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer, request, Agent, type IncomingMessage } from 'node:http';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseHaproxy } from '../../director/config/haproxy/parse.ts';
import type { Stream } from '../../director/engine/proxy/runtime/stream.ts';
import { plainMakers } from '../../director/engine/proxy/testing/plain-makers.ts';
import { ProxyService } from '../../director/io/proxy/proxy-service.ts';

// The director's own sockets and epoll loop between real clients and real servers, on loopback.

const MEGABYTE = 1_048_576;
const opened: Server[] = [];
const ended: Stream[] = [];
const proxy = new ProxyService(() => plainMakers(ended));

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push(server);
  return (server.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  opened.pop();
  server.close();
  await once(server, 'close');
  return port;
}

function configurationText(mode: 'tcp' | 'http', port: number, target: number, more = ''): string {
  return `defaults
  mode ${mode}
  timeout connect 2s
  timeout client 20s
  timeout server 20s
listen web
  bind 127.0.0.1:${port}
  server s1 127.0.0.1:${target}
  ${more}
`;
}

/** Answers where it listens. */
async function serve(mode: 'tcp' | 'http', target: number, more = ''): Promise<number> {
  const port = await freePort();
  const { configuration, problems } = parseHaproxy(configurationText(mode, port, target, more), 'test.cfg');
  if (configuration === undefined) throw new Error(JSON.stringify(problems));
  await proxy.configure(configuration);
  // Clients and servers are on this very thread.
  if (proxy.loop !== undefined) proxy.loop.companions = 1;
  return port;
}

async function reconfigure(port: number, target: number): Promise<void> {
  await proxy.configure(parseHaproxy(configurationText('http', port, target), 'test.cfg').configuration);
}

async function get(port: number, path: string, agent: Agent): Promise<string> {
  const asked = request({ port, host: '127.0.0.1', path, agent });
  asked.end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  let text = '';
  for await (const piece of answer) text += String(piece);
  return text;
}

afterEach(() => {
  proxy.stop();
  ended.length = 0;
  for (const server of opened.splice(0)) server.close();
});

const digest = (octets: Buffer): string => createHash('sha1').update(octets).digest('hex');
let large: Buffer;
beforeAll(() => {
  large = randomBytes(64 * MEGABYTE);
});
afterAll(() => {
  large = Buffer.alloc(0);
});

/** Everything that comes until the other side ends. */
async function readAll(socket: Socket): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of socket) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

describe('in mode tcp', () => {
  it('64 MB go both ways at once, and arrive as they were', async () => {
    const target = await listen(createServer((socket) => socket.pipe(socket)));
    const port = await serve('tcp', target);
    const socket = connect(port, '127.0.0.1');
    socket.end(large);
    expect(digest(await readAll(socket))).toBe(digest(large));
    await delay(20);
    expect(ended[0]).toMatchObject({ bytesIn: large.length, bytesOut: large.length });
  });

  it('who ends one direction still gets what comes the other way', async () => {
    const target = await listen(
      createServer({ allowHalfOpen: true }, (socket) => {
        let heard = '';
        socket.on('data', (piece) => (heard += piece.toString()));
        socket.on('end', () => void delay(50).then(() => socket.end(`heard ${heard}`)));
      }),
    );
    const socket = connect({ port: await serve('tcp', target), host: '127.0.0.1', allowHalfOpen: true });
    socket.end('question');
    expect((await readAll(socket)).toString()).toBe('heard question');
  });

  it('a server that is not there ends the connection', async () => {
    const port = await serve('tcp', await freePort(), 'retries 0');
    const socket = connect(port, '127.0.0.1');
    expect((await readAll(socket)).length).toBe(0);
    expect(ended[0]?.termination).toMatchObject({ cause: 'S', phase: 'C' });
  });

  it('a sender is held up by a reader who is slow, and nobody’s memory grows', async () => {
    const target = await listen(
      createServer((socket) => {
        const more = (): void => {
          while (!socket.destroyed && socket.write(large.subarray(0, MEGABYTE)));
        };
        socket.on('drain', more).on('error', () => undefined);
        more();
      }),
    );
    const socket = connect(await serve('tcp', target), '127.0.0.1');
    await once(socket, 'connect');
    socket.pause();
    await delay(500);
    const before = proxy.loop?.slabs.taken ?? 0;
    await delay(500);
    expect(proxy.loop?.slabs.taken).toBe(before);
    expect(before).toBeLessThan(6);
    socket.destroy();
    await delay(100);
    expect(proxy.loop?.slabs.taken).toBe(0);
  });
});

describe('a new configuration', () => {
  it('takes the socket over: who is being served stays, and nobody is turned away', async () => {
    const slow = createHttpServer((incoming, outgoing) => void delay(300).then(() => outgoing.end(incoming.url)));
    const fast = createHttpServer((_incoming, outgoing) => outgoing.end('new'));
    const port = await serve('http', await listen(slow));
    const agent = new Agent({ keepAlive: true });
    const under = await Promise.all(
      [get(port, '/0', agent), get(port, '/1', agent)].map(async (asked, index) => {
        if (index === 1) await delay(50).then(async () => reconfigure(port, await listen(fast)));
        return asked;
      }),
    );
    expect(under).toEqual(['/0', '/1']);
    expect(await Promise.all(Array.from({ length: 20 }, () => get(port, '/', agent)))).toEqual(Array(20).fill('new'));
    agent.destroy();
    await delay(300);
    expect(proxy.drainingEngines).toEqual([]);
  });

  it('whose socket cannot be had changes nothing', async () => {
    const port = await serve('http', await listen(createHttpServer((_incoming, outgoing) => outgoing.end('old'))));
    const taken = await listen(createServer());
    const text = configurationText('http', port, 1, `bind 127.0.0.1:${taken}`);
    await expect(proxy.configure(parseHaproxy(text, 'test.cfg').configuration)).rejects.toThrow(/EADDRINUSE/);
    expect(await get(port, '/', new Agent())).toBe('old');
  });
});

describe('in mode http', () => {
  const echo = (): Server =>
    createHttpServer((incoming, outgoing) => {
      outgoing.setHeader('x-path', incoming.url ?? '');
      incoming.pipe(outgoing);
    });

  async function ask(port: number, path: string, body: Buffer, agent: Agent): Promise<{ body: Buffer; path: string }> {
    const asked = request({ port, host: '127.0.0.1', path, method: 'POST', agent });
    asked.end(body);
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    const pieces: Buffer[] = [];
    for await (const piece of answer) pieces.push(piece as Buffer);
    return { body: Buffer.concat(pieces), path: String(answer.headers['x-path']) };
  }

  it('2,000 requests of 50 clients each get their own answer', async () => {
    const port = await serve('http', await listen(echo()));
    const agent = new Agent({ keepAlive: true, maxSockets: 50 });
    const all = Array.from({ length: 2000 }, async (_, index) => {
      const body = large.subarray(index * 100, index * 100 + (index % 5) * 3000);
      const answer = await ask(port, `/${index}`, body, agent);
      return answer.path === `/${index}` && answer.body.equals(body);
    });
    expect((await Promise.all(all)).filter((good) => good)).toHaveLength(2000);
    agent.destroy();
    expect(ended.every(({ status, termination }) => status === 200 && termination.cause === '-')).toBe(true);
    await delay(50);
    expect(proxy.engine?.clients.size).toBe(0);
    expect(proxy.loop?.slabs.taken).toBe(0);
  });

  it('a body of 64 MB goes through in chunks and comes back', async () => {
    const port = await serve('http', await listen(echo()));
    const agent = new Agent();
    const { body } = await ask(port, '/', large, agent);
    expect(digest(body)).toBe(digest(large));
  });

  it('with a PROXY header before it, the client is who the header says', async () => {
    const target = await listen(echo());
    const port = await freePort();
    const text = `defaults\n mode http\nlisten web\n bind 127.0.0.1:${port} accept-proxy\n option forwardfor\n server s1 127.0.0.1:${target}\n`;
    const { configuration } = parseHaproxy(text, 'test.cfg');
    if (configuration === undefined) throw new Error('no configuration');
    await proxy.configure(configuration);
    const socket = connect(port, '127.0.0.1');
    socket.write(
      'PROXY TCP4 192.0.2.9 198.51.100.1 1234 80\r\nGET /p HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    );
    expect((await readAll(socket)).toString()).toContain('x-path: /p');
    expect(ended[0]?.session.source).toEqual({ address: '192.0.2.9', port: 1234 });
    const wrong = connect(port, '127.0.0.1');
    const closed = new Promise((resolve) => wrong.on('error', () => undefined).on('close', resolve));
    wrong.write('GET / HTTP/1.1\r\n\r\n');
    await closed;
    expect(proxy.engine?.clients.size).toBe(0);
  });
});
