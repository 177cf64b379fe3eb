import { STATUS_CODES } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { RpcEvent } from '../../contract/index.ts';
import { refusal, SUBPROTOCOL } from '../http/security.ts';
import { broadcast } from './broadcast.ts';
import type { Dispatcher } from './dispatcher.ts';
import { SocketClient } from './socket-client.ts';

/** A file of 1 MiB in base64, with room for the rest of the request. */
const MAX_MESSAGE_BYTES = 2 * 1024 * 1024;

/** How long a client may take to close its side when the engine ends. */
const FAREWELL_MS = 500;

export interface RpcServerOptions {
  readonly server: Server;
  readonly port: number;
  readonly token: string;
  readonly dispatcher: Dispatcher;
  readonly onClientLeft: (client: SocketClient) => void;
  /** Called whenever a client came or went. */
  readonly onClientsChanged: () => void;
}

/**
 * JSON-RPC 2.0 over WebSockets at /rpc, for clients that know the token and come from here. There is no heartbeat: on loopback
 * the kernel tells when a client is gone, and one that stopped reading for a while (a pager) is to be waited for.
 */
export class RpcServer {
  readonly #options: RpcServerOptions;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    handleProtocols: () => SUBPROTOCOL,
  });
  readonly #clients = new Map<SocketClient, WebSocket>();
  #nextId = 1;
  #closing = false;

  constructor(options: RpcServerOptions) {
    this.#options = options;
    options.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#upgrade(request, socket, head);
    });
  }

  get clientCount(): number {
    return this.#clients.size;
  }

  broadcast(event: RpcEvent): void {
    broadcast(event, this.#clients.keys());
  }

  /** From now on nobody new is let in; those who are get what was sent and a farewell. */
  close(): void {
    this.#closing = true;
    for (const socket of this.#clients.values()) {
      socket.close(1001, 'The lab engine ends.');
      setTimeout(() => socket.terminate(), FAREWELL_MS).unref();
    }
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const refused = refusal(request, this.#options);
    if (refused !== undefined) return refuse(socket, refused.status, refused.reason);
    if (request.url !== '/rpc') return refuse(socket, 404, 'The contract is spoken at /rpc.');
    if (this.#closing) return refuse(socket, 503, 'The lab engine ends.');
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#welcome(webSocket));
  }

  #welcome(socket: WebSocket): void {
    const client = new SocketClient(this.#nextId++, socket);
    this.#clients.set(client, socket);
    socket.on('message', (data: Buffer) => {
      this.#options.dispatcher.receive(data.toString('utf8'), client, (message) => client.sendMessage(message));
    });
    // Too long a message, a broken frame: ws closes the connection, and says so here first.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#clients.delete(client);
      this.#options.onClientLeft(client);
      this.#options.onClientsChanged();
    });
    this.#options.onClientsChanged();
  }
}

function refuse(socket: Duplex, status: number, reason: string): void {
  const body = `${reason}\n`;
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      'Connection: close',
      'Content-Type: text/plain; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}
