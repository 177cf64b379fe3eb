import { connect, type Socket } from 'node:net';
import { assertNever } from '../engine/assert-never.ts';
import { Checker, type CheckAction, type CheckStatus } from '../engine/checks/checker.ts';
import type { VirtualServerConfiguration } from '../engine/checks/configuration.ts';
import type { AttemptResult } from '../engine/checks/tcp-check.ts';
import { monotonicNow } from './clock.ts';
import { errorCode, errorMessage } from './errors.ts';

export interface CheckListener {
  verdict(status: CheckStatus): void;
  /** The table has changed. */
  table(): void;
}

/** Gives the checker its time and its connections. */
export class CheckRunner {
  readonly #checker = new Checker(Math.random);
  readonly #listener: CheckListener;
  /** Connections under way, by check. */
  readonly #sockets = new Map<string, Socket>();
  #timer: NodeJS.Timeout | undefined;

  constructor(listener: CheckListener) {
    this.#listener = listener;
  }

  get checker(): Checker {
    return this.#checker;
  }

  configure(virtualServers: readonly VirtualServerConfiguration[]): void {
    this.#perform(this.#checker.configure(virtualServers, monotonicNow()));
  }

  stop(): void {
    clearTimeout(this.#timer);
    for (const socket of this.#sockets.values()) socket.destroy();
    this.#sockets.clear();
  }

  #perform(actions: readonly CheckAction[]): void {
    for (const action of actions) this.#one(action);
    clearTimeout(this.#timer);
    const due = this.#checker.nextTimeoutAt;
    if (due === Infinity) return;
    // Timers of Node fire up to a millisecond early; then the checker has nothing to do, and a new one is set.
    this.#timer = setTimeout(
      () => this.#perform(this.#checker.tick(monotonicNow())),
      Math.max(1, due - monotonicNow()),
    );
  }

  #one(action: CheckAction): void {
    switch (action.type) {
      case 'connect':
        this.#connect(action);
        break;
      case 'abort':
        this.#sockets.get(action.key)?.destroy();
        this.#sockets.delete(action.key);
        break;
      case 'verdict':
        this.#listener.verdict(action.status);
        break;
      case 'table':
        this.#listener.table();
        break;
      default:
        assertNever(action);
    }
  }

  #connect({ key, attempt, target }: Extract<CheckAction, { type: 'connect' }>): void {
    const started = monotonicNow();
    const { address: host, port, bindAddress } = target;
    const socket = connect({ host, port, ...(bindAddress === undefined ? {} : { localAddress: bindAddress }) });
    const finish = (result: AttemptResult): void => {
      socket.destroy();
      // An aborted attempt has been judged already.
      if (this.#sockets.get(key) !== socket) return;
      this.#sockets.delete(key);
      this.#perform(this.#checker.finish(key, attempt, result, monotonicNow()));
    };
    this.#sockets.set(key, socket);
    socket.once('connect', () => finish({ ok: true, ms: monotonicNow() - started }));
    socket.once('error', (error) => finish({ ok: false, reason: reasonOf(error) }));
  }
}

function reasonOf(error: Error): string {
  const words: Record<string, string> = {
    ECONNREFUSED: 'connection refused',
    EHOSTUNREACH: 'no route to the host, or it does not answer ARP',
    ENETUNREACH: 'network unreachable',
    ETIMEDOUT: 'connection timed out',
    ECONNRESET: 'connection reset',
  };
  return words[errorCode(error) ?? ''] ?? errorMessage(error);
}
