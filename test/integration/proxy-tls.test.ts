import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { Agent, createServer as createHttpsServer, request } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, TLSSocket, type PeerCertificate } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseHaproxy } from '../../director/config/haproxy/parse.ts';
import type { Stream } from '../../director/engine/proxy/runtime/stream.ts';
import { plainMakers } from '../../director/engine/proxy/testing/plain-makers.ts';
import { ProxyService } from '../../director/io/proxy/proxy-service.ts';
import { configurationFiles } from '../../director/io/configuration-files.ts';

// TLS at both sides of the director's proxies, with certificates made by openssl(1), on loopback.

const ended: Stream[] = [];
const proxy = new ProxyService(() => plainMakers(ended));
const opened: Server[] = [];
let place = '';

/** Certificate and key of a name, signed by themselves, in one file. */
function certificate(name: string, ...alternatives: string[]): string {
  const [key, crt] = [join(place, `${name}.k`), join(place, `${name}.c`)];
  const subject = [
    '-subj',
    `/CN=${name}`,
    '-addext',
    `subjectAltName=${[name, ...alternatives].map((one) => `DNS:${one}`).join()}`,
  ];
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '2',
      '-keyout',
      key,
      '-out',
      crt,
      ...subject,
    ],
    { stdio: 'ignore' },
  );
  const file = join(place, `${name}.pem`);
  writeFileSync(file, readFileSync(crt, 'utf8') + readFileSync(key, 'utf8'));
  return file;
}

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

/** Answers where it listens. */
async function serve(bind: string, server: string): Promise<number> {
  const port = await freePort();
  const text = `defaults
  mode http
  timeout connect 2s
  timeout client 5s
  timeout server 5s
listen web
  bind 127.0.0.1:${port} ${bind}
  server s1 ${server}
`;
  const { configuration, problems } = parseHaproxy(text, 'test.cfg', { files: configurationFiles });
  if (configuration === undefined) throw new Error(JSON.stringify(problems));
  await proxy.configure(configuration);
  return port;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly shown: PeerCertificate;
}

async function ask(port: number, servername: string, body = ''): Promise<Answer> {
  const agent = new Agent({ keepAlive: false });
  const asked = request({ port, host: '127.0.0.1', servername, rejectUnauthorized: false, method: 'POST', agent });
  asked.end(body);
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  const socket: unknown = answer.socket;
  if (!(socket instanceof TLSSocket)) throw new Error('the answer came without TLS');
  const shown = socket.getPeerCertificate();
  let text = '';
  for await (const piece of answer) text += String(piece);
  return { status: answer.statusCode ?? 0, text, shown };
}

const echo = (): Server => createHttpServer((incoming, outgoing) => void incoming.pipe(outgoing));

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'relevo-tls-'));
  for (const name of ['first.test', 'second.test']) certificate(name, `*.${name}`);
});
afterEach(() => {
  proxy.stop();
  ended.length = 0;
  for (const server of opened.splice(0)) server.close();
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

describe('TLS towards clients', () => {
  it('ends here, and the server gets plain octets', async () => {
    const port = await serve(`ssl crt ${place}/first.test.pem`, `127.0.0.1:${await listen(echo())}`);
    const body = 'x'.repeat(300_000);
    expect(await ask(port, 'first.test', body)).toMatchObject({ status: 200, text: body });
    expect(ended[0]?.session.tls).toMatchObject({ serverName: 'first.test', protocol: 'TLSv1.3' });
  });

  it('shows the certificate of the name that is asked for, or the first one', async () => {
    const port = await serve(
      `ssl crt ${place}/first.test.pem crt ${place}/second.test.pem`,
      `127.0.0.1:${await listen(echo())}`,
    );
    for (const [name, shown] of [
      ['second.test', 'second.test'],
      ['deep.second.test', 'second.test'],
      ['first.test', 'first.test'],
      ['other.test', 'first.test'],
    ] as const)
      expect((await ask(port, name)).shown.subject.CN).toBe(shown);
  });

  it('refuses other names with strict-sni', async () => {
    const port = await serve(`ssl crt ${place}/first.test.pem strict-sni`, `127.0.0.1:${await listen(echo())}`);
    expect((await ask(port, 'first.test')).status).toBe(200);
    await expect(ask(port, 'other.test')).rejects.toThrow();
    expect(proxy.engine?.clients.size).toBe(0);
  });

  it('speaks the versions that the bind line wants, and no others', async () => {
    const port = await serve(
      `ssl crt ${place}/first.test.pem ssl-max-ver TLSv1.2`,
      `127.0.0.1:${await listen(echo())}`,
    );
    const wanted = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, minVersion: 'TLSv1.3' });
    const [error] = (await once(wanted, 'error')) as [Error];
    expect(error.message).toMatch(/version/);
    const older = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
    await once(older, 'secureConnect');
    expect(older.getProtocol()).toBe('TLSv1.2');
    older.destroy();
  });

  it('with a file that is no certificate changes nothing, and names it', async () => {
    writeFileSync(join(place, 'nonsense.pem'), 'nonsense');
    await expect(serve(`ssl crt ${place}/nonsense.pem`, '127.0.0.1:1')).rejects.toThrow(/nonsense\.pem/);
    expect(proxy.engine).toBeUndefined();
  });
});

describe('TLS towards servers', () => {
  const secure = (name: string): Server => {
    const pem = readFileSync(join(place, `${name}.pem`));
    return createHttpsServer({ cert: pem, key: pem }, (incoming, outgoing) => void incoming.pipe(outgoing));
  };

  it('encrypts anew, and takes a server whose certificate its authority has signed', async () => {
    const target = await listen(secure('second.test'));
    const options = `ssl verify required ca-file ${place}/second.test.c verifyhost second.test`;
    const port = await serve(`ssl crt ${place}/first.test.pem`, `127.0.0.1:${target} ${options}`);
    expect(await ask(port, 'first.test', 'there and back')).toMatchObject({ status: 200, text: 'there and back' });
  });

  it.each([
    ['of another authority', 'ca-file PLACE/first.test.c'],
    ['of another name', 'ca-file PLACE/second.test.c verifyhost first.test'],
  ])('answers 503 for a certificate %s', async (_what, options) => {
    const target = await listen(secure('second.test'));
    const words = `ssl verify required ${options.replace('PLACE', place)}`;
    const port = await serve(`ssl crt ${place}/first.test.pem`, `127.0.0.1:${target} ${words}`);
    expect((await ask(port, 'first.test')).status).toBe(503);
  });
});
