import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type ClientHttp2Session, connect, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { parseHaproxy } from '../../../director/config/haproxy/parse.ts';
import type { Stream } from '../../../director/engine/proxy/runtime/stream.ts';
import { plainMakers } from '../../../director/engine/proxy/testing/plain-makers.ts';
import { configurationFiles } from '../../../director/io/configuration-files.ts';
import { ProxyService } from '../../../director/io/proxy/proxy-service.ts';

// A proxy whose clients speak HTTP/2 in TLS, on loopback: opened before and closed after each test of the file that imports this.

export const MEGABYTE = 1_048_576;
export const ended: Stream[] = [];
export const proxy = new ProxyService(() => plainMakers(ended));
const opened: Server[] = [];
const sessions: ClientHttp2Session[] = [];
export let place = '';

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'relevo-http2-'));
  const [key, crt] = [join(place, 'k'), join(place, 'c')];
  const how = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  execFileSync('openssl', [...how, '-keyout', key, '-out', crt, '-subj', '/CN=web.test'], { stdio: 'ignore' });
  writeFileSync(join(place, 'web.pem'), readFileSync(crt, 'utf8') + readFileSync(key, 'utf8'));
});
afterEach(() => {
  for (const session of sessions.splice(0)) session.destroy();
  proxy.stop();
  ended.length = 0;
  for (const server of opened.splice(0)) server.close();
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push(server);
  return (server.address() as AddressInfo).port;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  opened.pop();
  server.close();
  await once(server, 'close');
  return port;
}

export function text(port: number, target: number, { bind, more }: { bind: string; more: string }): string {
  return `defaults
  mode http
  timeout connect 2s
  timeout client 10s
  timeout server 10s
  retries 0
  ${more}
listen web
  bind 127.0.0.1:${port} ${bind}
  server s1 127.0.0.1:${target}
`;
}

/** Answers where it listens. */
export async function serve(
  target: number,
  more = '',
  bind = `ssl crt ${place}/web.pem alpn h2,http/1.1`,
): Promise<number> {
  const port = await freePort();
  await configure(text(port, target, { bind, more }));
  return port;
}

export async function configure(words: string): Promise<void> {
  const { configuration, problems } = parseHaproxy(words, 'test.cfg', { files: configurationFiles });
  if (configuration === undefined) throw new Error(JSON.stringify(problems));
  await proxy.configure(configuration);
  // Servers are on this very thread.
  if (proxy.loop !== undefined) proxy.loop.companions++;
}

export const web = async (listener: RequestListener): Promise<number> => listen(createHttpServer(listener));
/** A server that says what it is told to, octet by octet, and notes what it hears. */
export const words = async (say: (socket: Socket, heard: string) => void): Promise<number> =>
  listen(
    createServer((socket) => {
      let heard = '';
      socket.on('data', (piece) => say(socket, (heard += piece.toString('latin1')))).on('error', () => undefined);
    }),
  );

export function client(port: number, scheme = 'https'): ClientHttp2Session {
  const session = connect(`${scheme}://127.0.0.1:${port}`, { rejectUnauthorized: false, maxSessionMemory: 100 });
  session.on('error', () => undefined);
  sessions.push(session);
  return session;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly trailers: IncomingHttpHeaders | undefined;
  readonly interim: IncomingHttpHeaders[];
  /** undefined: none. */
  readonly reset: number;
}

export async function ask(session: ClientHttp2Session, fields: OutgoingHttpHeaders, body?: Buffer): Promise<Answer> {
  const stream = session.request(fields, { endStream: body === undefined });
  const found = { status: 0, headers: {}, trailers: undefined as IncomingHttpHeaders | undefined };
  const interim: IncomingHttpHeaders[] = [];
  const pieces: Buffer[] = [];
  stream
    .on('response', (headers) => Object.assign(found, { headers, status: headers[':status'] }))
    .on('headers', (headers: IncomingHttpHeaders) => interim.push(headers))
    .on('trailers', (trailers: IncomingHttpHeaders) => Object.assign(found, { trailers }))
    .on('data', (piece: Buffer) => pieces.push(piece))
    .on('error', () => undefined);
  if (body !== undefined) stream.end(body);
  await new Promise((resolve) => stream.once('close', resolve));
  return { ...found, interim, body: Buffer.concat(pieces), reset: stream.rstCode };
}

export const digest = (octets: Buffer): string => createHash('sha1').update(octets).digest('hex');
export const echo: RequestListener = (incoming, outgoing) => void incoming.pipe(outgoing);
