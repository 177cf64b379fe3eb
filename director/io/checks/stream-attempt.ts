import { connect as connectPlain, isIP, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { performance } from 'node:perf_hooks';
import { assertNever } from '../../engine/assert-never.ts';
import type { CheckTarget } from '../../engine/checks/configuration.ts';
import type {
  Conversation,
  ConversationAction,
  ConversationEvent,
  Destination,
} from '../../engine/checks/dialogues/index.ts';
import type { Attempt, Finish } from './attempt.ts';
import { resolver } from './resolver.ts';
import { boundSocket, reasonOf, SOCK_STREAM } from './target.ts';

export interface StreamOptions {
  readonly tls: boolean;
  readonly serverName: string | undefined;
  readonly conversation: Conversation;
}

type Channel = ConversationEvent['channel'];

/** A dialogue over TCP or TLS. Certificates are not verified, as no checker of the three programs does. */
export function startStream(target: CheckTarget, options: StreamOptions, finish: Finish): Attempt {
  const stream = new StreamAttempt(target, options, finish);
  stream.connect('main', target.port);
  return stream;
}

class StreamAttempt implements Attempt {
  /** Where the main connection goes; a redirect changes it. */
  #target: CheckTarget;
  #tls: boolean;
  #serverName: string | undefined;
  readonly #options: StreamOptions;
  readonly #finish: Finish;
  readonly #sockets = new Map<Channel, Socket>();
  readonly #started = performance.now();
  #connectedIn = 0;
  #over = false;
  #stopResolving: (() => void) | undefined;

  constructor(target: CheckTarget, options: StreamOptions, finish: Finish) {
    this.#target = target;
    this.#tls = options.tls;
    this.#serverName = options.serverName;
    this.#options = options;
    this.#finish = finish;
  }

  abort(): void {
    this.#over = true;
    this.#stopResolving?.();
    for (const socket of this.#sockets.values()) socket.destroy();
    this.#sockets.clear();
  }

  connect(channel: Channel, port: number): void {
    let socket: Socket;
    try {
      socket = this.#open(port);
    } catch (error) {
      this.#fail(reasonOf(error));
      return;
    }
    this.#sockets.set(channel, socket);
    // Events of a connection that was replaced by `reconnect` are nobody's.
    const mine = (): boolean => !this.#over && this.#sockets.get(channel) === socket;
    const ready = this.#tls && channel === 'main' ? 'secureConnect' : 'connect';
    socket.once(ready, () => {
      this.#connectedIn ||= performance.now() - this.#started;
      if (mine()) this.#handle({ type: 'connected', channel });
    });
    socket.on('data', (bytes: Uint8Array) => {
      if (mine()) this.#handle({ type: 'data', channel, bytes });
    });
    socket.on('end', () => {
      if (mine()) this.#handle({ type: 'closed', channel });
    });
    socket.on('error', (error) => {
      if (mine()) this.#fail(reasonOf(error));
    });
    socket.on('close', () => {
      if (mine()) this.#handle({ type: 'closed', channel });
    });
  }

  #open(port: number): Socket {
    const { address: host, bindAddress, bindPort, bindInterface } = this.#target;
    // Only a device needs a socket of our own making; a fixed port must be reusable while the last connection lingers.
    const ownSocket = bindInterface !== undefined || bindPort !== undefined;
    const socket = ownSocket
      ? new Socket({ fd: boundSocket(this.#target, SOCK_STREAM), manualStart: true, allowHalfOpen: true } as object)
      : undefined;
    const place = { host, port, ...(bindAddress === undefined ? {} : { localAddress: bindAddress }) };
    const plain = socket
      ? socket.connect({ host, port })
      : connectPlain({ ...place, allowHalfOpen: true, autoSelectFamily: false });
    if (!this.#tls) return plain;
    const serverName = this.#serverName;
    const secure = connectTls({
      socket: plain,
      rejectUnauthorized: false,
      // Old servers are to be found up as well: a health check keeps no secrets.
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT@SECLEVEL=0',
      ...(serverName === undefined ? {} : { servername: serverName }),
    });
    // The socket below tells its errors only to those who listen.
    plain.on('error', (error) => secure.destroy(error));
    return secure;
  }

  #handle(event: ConversationEvent): void {
    for (const action of this.#options.conversation.handle(event)) this.#perform(action);
  }

  #perform(action: ConversationAction): void {
    if (this.#over) return;
    switch (action.type) {
      case 'send':
        this.#sockets.get('main')?.write(action.bytes);
        break;
      case 'half-close':
        this.#sockets.get('main')?.end();
        break;
      case 'reconnect':
        this.#reconnect(action.to);
        break;
      case 'open':
        this.connect('side', action.port);
        break;
      case 'verdict': {
        const { result } = action;
        const spoke = result.ok && result.reason !== 'connected';
        const reason = spoke ? result.reason : `connected in ${this.#connectedIn.toFixed(1)} ms`;
        this.#close();
        this.#finish(result.ok ? { ...result, reason } : result);
        break;
      }
      default:
        assertNever(action);
    }
  }

  #reconnect(to: Destination | undefined): void {
    this.#sockets.get('main')?.destroy();
    this.#sockets.delete('main');
    if (!to) {
      this.connect('main', this.#target.port);
      return;
    }
    const named = isIP(to.host) === 0;
    this.#tls = to.tls;
    if (to.host !== this.#target.address) this.#serverName = named ? to.host : undefined;
    const go = (address: string): void => {
      this.#target = { ...this.#target, address, port: to.port };
      this.connect('main', to.port);
    };
    if (!named) go(to.host);
    else this.#stopResolving = resolver.resolve(to.host, go, (reason) => this.#fail(reason));
  }

  #fail(reason: string): void {
    this.#close();
    this.#finish({ ok: false, reason });
  }

  /** What was written last (QUIT) may still leave, if the server takes it at once. */
  #close(): void {
    this.#over = true;
    for (const socket of this.#sockets.values()) {
      socket.end();
      setImmediate(() => socket.destroy());
    }
    this.#sockets.clear();
  }
}
