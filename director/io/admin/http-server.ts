import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { adminVersion } from '../../api/admin.ts';
import { readListenAddress, type ListenAddress } from '../../config/listen-address.ts';
import { DirectorError, errorCode, errorMessage } from '../errors.ts';
import type { AdminMethods } from './methods.ts';
import { failureOf, parseJson, readRequest, type WatchRequest } from './protocol.ts';
import type { AdminToken } from './token.ts';

const longestRequest = 16 * 1024 * 1024;
const mostUnread = 8 * 1024 * 1024;

/** `ADDRESS:PORT`, `[IPv6]:PORT`, or a port of 127.0.0.1. Throws DirectorError `bad-listen-address`. */
export function parseListenAddress(text: string): ListenAddress {
  const address = readListenAddress(text);
  if (address === undefined)
    throw new DirectorError('bad-listen-address', `"${text}" is not ADDRESS:PORT, where the admin API could listen`);
  return address;
}

/**
 * The admin API over TCP, as HTTP: `POST /v1/METHOD` with the method's fields as JSON, `GET /v1/watch` for events as lines of
 * JSON, `GET /metrics`. Every request carries the token.
 */
export class AdminHttpServer {
  readonly #methods: AdminMethods;
  #token: AdminToken;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(methods: AdminMethods, token: AdminToken) {
    this.#methods = methods;
    this.#token = token;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => fail(response, error));
    });
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  /** Counts from the next request on. */
  setToken(token: AdminToken): void {
    this.#token = token;
  }

  /** Resolves to the port. Rejects with DirectorError `cannot-listen`. */
  listen({ host, port }: ListenAddress): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error) => {
        const message = `The admin API cannot listen on ${host} port ${port}: ${error.message}`;
        reject(new DirectorError('cannot-listen', message, { cause: error }));
      });
      this.#server.listen(port, host, () => resolve((this.#server.address() as AddressInfo).port));
    });
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.#token.isIn(request.headers.authorization)) {
      response.setHeader('WWW-Authenticate', 'Bearer');
      throw new DirectorError('unauthorized', 'The admin API wants "Authorization: Bearer TOKEN"');
    }
    const url = new URL(request.url ?? '/', 'http://director');
    if (url.pathname === '/metrics') {
      response.setHeader('Content-Type', 'text/plain; version=0.0.4; charset=utf-8');
      response.end((await this.#methods.answer('metrics', {})) as string);
      return;
    }
    const [, version, method = ''] = /^\/v(\d+)\/([a-z]+)$/.exec(url.pathname) ?? [];
    if (version === undefined) throw new DirectorError('unknown-method', `There is nothing at ${url.pathname}`);
    if (Number(version) !== adminVersion)
      throw new DirectorError('unsupported-version', `This director speaks version ${adminVersion}, not ${version}`);
    const body = await readBody(request);
    const asked = readRequest(method, body === '' ? {} : parseJson(body));
    if (asked.method === 'watch') {
      this.#watch(response, asked.input);
      return;
    }
    if (request.method !== 'POST')
      throw new DirectorError(
        'bad-request',
        `${asked.method} is asked for with POST, not with ${request.method ?? ''}`,
      );
    sendJson(response, 200, { result: await this.#methods.answer(asked.method, asked.input) });
  }

  #watch(response: ServerResponse, request: WatchRequest): void {
    response.setHeader('Content-Type', 'application/x-ndjson');
    const stop = this.#methods.watch(request, (event) => {
      response.write(`${JSON.stringify(event)}\n`);
      if (response.writableLength > mostUnread) response.destroy();
    });
    response.once('close', stop);
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > longestRequest)
      throw new DirectorError('bad-request', `A request may have ${longestRequest} bytes, this one has more`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

const statusCodes: Readonly<Record<string, number>> = {
  unauthorized: 401,
  'bad-request': 400,
  'unknown-method': 404,
  'unsupported-version': 404,
  'no-such-server': 404,
  refused: 409,
};

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy(error instanceof Error ? error : new Error(errorMessage(error)));
    return;
  }
  sendJson(response, statusCodes[errorCode(error) ?? ''] ?? 500, { error: failureOf(error) });
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(`${JSON.stringify(value)}\n`);
}
