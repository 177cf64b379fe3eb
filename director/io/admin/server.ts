import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import type { DirectorEvent } from '../../api/event.ts';
import { assertNever } from '../../engine/assert-never.ts';
import { epochNow } from '../clock.ts';
import type { Director } from '../director.ts';
import { DirectorError } from '../errors.ts';
import { LineSplitter } from './lines.ts';
import { failureOf, parseRequest, type AdminRequest } from './protocol.ts';

/** A request is a few words. */
const longestRequest = 64 * 1024;
/** A watcher that does not read is let go before it costs the director its memory. */
const mostUnread = 8 * 1024 * 1024;

export interface AdminHandlers {
  readonly director: Director;
  reload(): Promise<void>;
  /** Resolves when everything is taken down; the program ends soon after. */
  stop(): Promise<void>;
}

/** The director's unix socket, for root only. */
export class AdminServer {
  readonly #path: string;
  readonly #handlers: AdminHandlers;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  constructor(path: string, handlers: AdminHandlers) {
    this.#path = path;
    this.#handlers = handlers;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /** Throws DirectorError `already-running` when another director answers there. */
  async listen(): Promise<void> {
    mkdirSync(dirname(this.#path), { recursive: true });
    if (await answers(this.#path))
      throw new DirectorError('already-running', `A director is running here already: it answers on ${this.#path}`);
    rmSync(this.#path, { force: true });
    const umask = process.umask(0o177);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#server.once('error', reject).listen(this.#path, resolve);
      });
    } finally {
      process.umask(umask);
    }
    chmodSync(this.#path, 0o600);
  }

  close(): void {
    for (const socket of this.#sockets) socket.end();
    this.#server.close();
    rmSync(this.#path, { force: true });
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    const splitter = new LineSplitter(longestRequest);
    socket.setEncoding('utf8');
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('data', (piece: string) => {
      try {
        for (const line of splitter.take(piece)) this.#line(socket, line);
      } catch (error) {
        sendLine(socket, { error: failureOf(error) });
        socket.end();
      }
    });
  }

  #line(socket: Socket, line: string): void {
    const request = parseRequest(line);
    if ('code' in request) sendLine(socket, { error: request });
    else if (request.method === 'watch') this.#watch(socket, request.adverts);
    else
      this.#answer(request).then(
        (result) => sendLine(socket, { result }),
        (error: unknown) => sendLine(socket, { error: failureOf(error) }),
      );
  }

  async #answer({ method }: Exclude<AdminRequest, { method: 'watch' }>): Promise<unknown> {
    const { director } = this.#handlers;
    switch (method) {
      case 'snapshot':
        return director.snapshot();
      case 'connections':
        return director.connections();
      case 'reload':
        await this.#handlers.reload();
        return {};
      case 'stop':
        await this.#handlers.stop();
        return {};
      default:
        return assertNever(method);
    }
  }

  #watch(socket: Socket, adverts: boolean): void {
    const { director } = this.#handlers;
    const send = (event: DirectorEvent): void => {
      if (event.type === 'advert' && !adverts) return;
      sendLine(socket, event);
      if (socket.writableLength > mostUnread) socket.destroy();
    };
    send({ type: 'snapshot', at: epochNow(), snapshot: director.snapshot() });
    socket.once('close', director.events.subscribe(send));
  }
}

function sendLine(socket: Socket, value: unknown): void {
  if (socket.writable) socket.write(`${JSON.stringify(value)}\n`);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}
