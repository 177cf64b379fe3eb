import { connect as connectPlain, isIP, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { performance } from 'node:perf_hooks';
import type { CheckTarget } from '../../engine/checks/configuration.ts';
import type { Conversation, Destination } from '../../engine/checks/dialogues/index.ts';
import type { CheckResult } from '../../engine/checks/result.ts';
import type { Attempt, Finish } from './attempt.ts';
import { resolver } from './resolver.ts';
import { type Channel, type Opened, StreamTalk } from './stream-talk.ts';
import { boundSocket, reasonOf, SOCK_STREAM } from './target.ts';

export interface StreamOptions {
  readonly tls: boolean;
  readonly serverName: string | undefined;
  readonly conversation: Conversation;
}

/** A dialogue over TCP or TLS. Certificates are not verified, as no checker of the three programs does. */
export function startStream(target: CheckTarget, options: StreamOptions, finish: Finish): Attempt {
  const stream = new StreamAttempt(target, options, finish);
  stream.connect('main');
  return stream;
}

class StreamAttempt extends StreamTalk<CheckResult> {
  /** Where the main connection goes; a redirect changes it. */
  #target: CheckTarget;
  #tls: boolean;
  #serverName: string | undefined;
  readonly #finish: Finish;
  readonly #started = performance.now();
  #connectedIn = 0;
  #stopResolving: (() => void) | undefined;

  constructor(target: CheckTarget, { tls, serverName, conversation }: StreamOptions, finish: Finish) {
    super(conversation);
    this.#target = target;
    this.#tls = tls;
    this.#serverName = serverName;
    this.#finish = finish;
  }

  override abort(): void {
    this.#stopResolving?.();
    super.abort();
  }

  protected override open(channel: Channel, port = this.#target.port): Opened {
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
    const ready = this.#tls && channel === 'main' ? 'secureConnect' : 'connect';
    if (!this.#tls) return { socket: plain, ready };
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
    return { socket: secure, ready };
  }

  protected override connected(): void {
    this.#connectedIn ||= performance.now() - this.#started;
  }

  protected override finished(result: CheckResult): void {
    const spoke = result.ok && result.reason !== 'connected';
    const reason = spoke ? result.reason : `connected in ${this.#connectedIn.toFixed(1)} ms`;
    this.#finish(result.ok ? { ...result, reason } : result);
  }

  protected override failed(error: unknown): CheckResult {
    return { ok: false, reason: typeof error === 'string' ? error : reasonOf(error) };
  }

  protected override reconnect(to: Destination | undefined): void {
    if (!to) {
      this.connect('main');
      return;
    }
    const named = isIP(to.host) === 0;
    this.#tls = to.tls;
    if (to.host !== this.#target.address) this.#serverName = named ? to.host : undefined;
    const go = (address: string): void => {
      this.#target = { ...this.#target, address, port: to.port };
      this.connect('main');
    };
    if (!named) go(to.host);
    else this.#stopResolving = resolver.resolve(to.host, go, (reason) => this.fail(reason));
  }
}
