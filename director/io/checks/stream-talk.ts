import type { Socket } from 'node:net';
import { assertNever } from '../../engine/assert-never.ts';
import type {
  Conversation,
  ConversationAction,
  ConversationEvent,
  Destination,
} from '../../engine/checks/dialogues/index.ts';
import type { Attempt } from './attempt.ts';

export type Channel = ConversationEvent['channel'];

/** A socket on its way, and the event after which one may speak. */
export interface Opened {
  readonly socket: Socket;
  readonly ready: 'connect' | 'secureConnect';
}

/** A conversation over TCP or TLS: sockets' events go in, and what it wants is done. Made of by layer 4's checks and by layer 7's. */
export abstract class StreamTalk<Result> implements Attempt {
  readonly #conversation: Conversation<Result>;
  readonly #sockets = new Map<Channel, Socket>();
  #over = false;

  protected constructor(conversation: Conversation<Result>) {
    this.#conversation = conversation;
  }

  /** May throw what the system refuses. `port`: of a second connection (FTP's data). */
  protected abstract open(channel: Channel, port: number | undefined): Opened;
  protected abstract finished(result: Result): void;
  /** What an error comes to; undefined: no more than the end of what the server has to say. */
  protected abstract failed(error: unknown): Result | undefined;
  /** A connection in place of the first one. */
  protected abstract reconnect(to: Destination | undefined): void;

  /** One may speak now. */
  protected connected(): void {
    // Only some want to know.
  }

  protected get over(): boolean {
    return this.#over;
  }

  abort(): void {
    this.#over = true;
    for (const socket of this.#sockets.values()) socket.destroy();
    this.#sockets.clear();
  }

  connect(channel: Channel, port?: number): void {
    let opened: Opened;
    try {
      opened = this.open(channel, port);
    } catch (error) {
      this.fail(error);
      return;
    }
    const { socket, ready } = opened;
    this.#sockets.set(channel, socket);
    // Events of a connection that was replaced by `reconnect` are nobody's.
    const mine = (): boolean => !this.#over && this.#sockets.get(channel) === socket;
    socket.once(ready, () => {
      this.connected();
      if (mine()) this.#handle({ type: 'connected', channel });
    });
    socket.on('data', (bytes: Uint8Array) => {
      if (mine()) this.#handle({ type: 'data', channel, bytes });
    });
    socket.on('end', () => {
      if (mine()) this.#handle({ type: 'closed', channel });
    });
    socket.on('error', (error) => {
      if (mine()) this.fail(error);
    });
    socket.on('close', () => {
      if (mine()) this.#handle({ type: 'closed', channel });
    });
  }

  protected fail(error: unknown): void {
    if (this.#over) return;
    const result = this.failed(error);
    if (result === undefined) {
      this.#handle({ type: 'closed', channel: 'main' });
      return;
    }
    this.#close();
    this.finished(result);
  }

  /** The connection that stands goes. */
  protected drop(): void {
    this.#sockets.get('main')?.destroy();
    this.#sockets.delete('main');
  }

  #handle(event: ConversationEvent): void {
    for (const action of this.#conversation.handle(event)) this.#perform(action);
  }

  #perform(action: ConversationAction<Result>): void {
    if (this.#over) return;
    switch (action.type) {
      case 'send':
        this.#sockets.get('main')?.write(action.bytes);
        break;
      case 'half-close':
        this.#sockets.get('main')?.end();
        break;
      case 'reconnect':
        this.drop();
        this.reconnect(action.to);
        break;
      case 'open':
        this.connect('side', action.port);
        break;
      case 'verdict':
        this.#close();
        this.finished(action.result);
        break;
      default:
        assertNever(action);
    }
  }

  #close(): void {
    this.#over = true;
    for (const socket of this.#sockets.values()) this.leave(socket);
    this.#sockets.clear();
  }

  /** A verdict is reached. What was written last (QUIT) may still leave, if the server takes it at once. */
  protected leave(socket: Socket): void {
    socket.end();
    setImmediate(() => socket.destroy());
  }
}
