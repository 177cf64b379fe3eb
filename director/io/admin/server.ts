import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { DirectorError } from '../errors.ts';
import { LineSplitter } from './lines.ts';
import type { AdminMethods } from './methods.ts';
import { failureOf, parseRequest, type WatchRequest } from './protocol.ts';

/** A restored table of ten thousand servers, and more than anything else. */
const longestRequest = 16 * 1024 * 1024;
/** A watcher that does not read is let go before it costs the director its memory. */
const mostUnread = 8 * 1024 * 1024;

/** The director's unix socket, for root only. */
export class AdminServer {
  readonly #path: string;
  readonly #methods: AdminMethods;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  constructor(path: string, methods: AdminMethods) {
    this.#path = path;
    this.#methods = methods;
    // Whoever has no more to ask, such as `printf … | socat`, still wants the answers.
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(new Caller(socket)));
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

  #accept(caller: Caller): void {
    const { socket } = caller;
    this.#sockets.add(socket);
    const splitter = new LineSplitter(longestRequest);
    socket.setEncoding('utf8');
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('end', () => caller.hasAsked());
    socket.on('data', (piece: string) => {
      try {
        for (const line of splitter.take(piece)) this.#tryLine(caller, line);
      } catch (error) {
        // A line without end: nothing after it can be understood.
        caller.tell({ error: failureOf(error) });
        socket.end();
      }
    });
  }

  #tryLine(caller: Caller, line: string): void {
    try {
      const request = parseRequest(line);
      if (request.method === 'watch') this.#watch(caller, request.input);
      else void caller.answer(this.#methods.answer(request.method, request.input));
    } catch (error) {
      caller.tell({ error: failureOf(error) });
    }
  }

  #watch(caller: Caller, request: WatchRequest): void {
    const { socket } = caller;
    const stop = this.#methods.watch(request, (event) => {
      caller.tell(event);
      if (socket.writableLength > mostUnread) socket.destroy();
    });
    socket.once('close', stop);
  }
}

/** Somebody at the socket: it is closed when he has asked everything and heard all answers. Who watches keeps his side open. */
class Caller {
  readonly socket: Socket;
  #unanswered = 0;
  #hasAsked = false;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  tell(value: unknown): void {
    if (this.socket.writable) this.socket.write(`${JSON.stringify(value)}\n`);
  }

  async answer(result: Promise<unknown>): Promise<void> {
    this.#unanswered++;
    try {
      this.tell({ result: await result });
    } catch (error) {
      this.tell({ error: failureOf(error) });
    }
    this.#unanswered--;
    this.#endWhenDone();
  }

  hasAsked(): void {
    this.#hasAsked = true;
    this.#endWhenDone();
  }

  #endWhenDone(): void {
    if (this.#hasAsked && this.#unanswered === 0) this.socket.end();
  }
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
