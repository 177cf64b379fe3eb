import { setTimeout as sleep } from 'node:timers/promises';
import { assertNever } from '../engine/assert-never.ts';
import { Checker, type CheckAction, type CheckStatus, type ServerStatus } from '../engine/checks/checker.ts';
import type { VirtualServerConfiguration } from '../engine/checks/configuration.ts';
import type { PoolNews } from '../engine/checks/service-pool.ts';
import { startAttempt, type Attempt } from './checks/attempt.ts';
import { MaintenanceWatch } from './checks/maintenance.ts';
import { NotifyQueue } from './checks/notify-queue.ts';
import { monotonicNow } from './clock.ts';
import type { Log } from './log.ts';
import { initialiseTrackedFile } from './tracked-file.ts';

export interface CheckListener {
  /** One check turned. */
  verdict(status: CheckStatus): void;
  /** A server went up or down, or has another mode or weight. */
  server?(status: ServerStatus): void;
  /** A quorum was gained or lost, a sorry server came or went. */
  service?(service: VirtualServerConfiguration, news: PoolNews): void;
  /** The table has changed. */
  table(): void;
}

/** Attempts at the same time; the others wait for their turn, but their time runs. */
const mostAttempts = 256;

/** The end of the director waits so long for notify programs, in milliseconds. */
const lastWordsMs = 5000;

/** Gives the checker its time, connections and programs. */
export class CheckRunner {
  readonly #checker = new Checker(Math.random);
  readonly #listener: CheckListener;
  readonly #log: Log;
  readonly #notify: NotifyQueue;
  readonly #initialised = new Set<string>();
  readonly #maintenance: MaintenanceWatch;
  /** Attempts under way, by check. */
  readonly #attempts = new Map<string, Attempt>();
  /** Attempts that wait for one of the others to end. */
  readonly #waiting = new Map<string, () => void>();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(listener: CheckListener, log: Log = () => undefined) {
    this.#listener = listener;
    this.#log = log;
    this.#notify = new NotifyQueue(log);
    this.#maintenance = new MaintenanceWatch(this.#checker, (directory, files, namesOf) =>
      this.perform(this.#checker.maintenance(directory, files, namesOf, monotonicNow())),
    );
  }

  get checker(): Checker {
    return this.#checker;
  }

  configure(virtualServers: readonly VirtualServerConfiguration[]): void {
    this.#initialiseFiles(virtualServers);
    this.perform(this.#checker.configure(virtualServers, monotonicNow()));
    this.#maintenance.start();
  }

  /** Once each: a reload leaves what has come into them since. */
  #initialiseFiles(virtualServers: readonly VirtualServerConfiguration[]): void {
    const warn = (message: string): void => this.#log('warn', message);
    for (const check of virtualServers.flatMap(({ realServers }) => realServers).flatMap(({ checks }) => checks)) {
      if (check.kind !== 'FILE_CHECK' || this.#initialised.has(check.path)) continue;
      this.#initialised.add(check.path);
      initialiseTrackedFile(check.path, check.initial, warn);
    }
  }

  /** Ends all attempts at once and runs the programs that `omega` asks for. Resolves when these have ended, or have had their time. */
  stop(): Promise<void> {
    this.#waiting.clear();
    for (const attempt of this.#attempts.values()) attempt.abort(true);
    this.#attempts.clear();
    this.perform(this.#checker.stop());
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#maintenance.stop();
    return Promise.race([this.#notify.settled(), sleep(lastWordsMs, undefined, { ref: false })]);
  }

  /** Does what a method of `checker` wants done: its caller has to bring that here. */
  perform(actions: readonly CheckAction[]): void {
    if (this.#stopped) return;
    for (const action of actions) this.#one(action);
    clearTimeout(this.#timer);
    const due = this.#checker.nextTimeoutAt;
    if (due === Infinity) return;
    // Timers of Node fire up to a millisecond early; then the checker has nothing to do, and a new one is set.
    this.#timer = setTimeout(() => this.perform(this.#checker.tick(monotonicNow())), Math.max(1, due - monotonicNow()));
  }

  #one(action: CheckAction): void {
    switch (action.type) {
      case 'start':
        this.#begin(action);
        break;
      case 'abort':
        this.#attempts.get(action.key)?.abort();
        this.#end(action.key);
        break;
      case 'verdict':
        this.#listener.verdict(action.status);
        break;
      case 'server':
        this.#listener.server?.(action.status);
        break;
      case 'service':
        this.#listener.service?.(action.service, action.news);
        break;
      case 'notify':
        this.#notify.add(action.notify, action.cause);
        break;
      case 'table':
        this.#listener.table();
        break;
      default:
        assertNever(action);
    }
  }

  #begin({ key, attempt, check }: Extract<CheckAction, { type: 'start' }>): void {
    const begin = (): void => {
      const running = startAttempt(check, (result) => {
        this.#end(key);
        this.perform(this.#checker.finish(key, attempt, result, monotonicNow()));
      });
      this.#attempts.set(key, running);
    };
    if (this.#attempts.size < mostAttempts) begin();
    else this.#waiting.set(key, begin);
  }

  #end(key: string): void {
    this.#attempts.delete(key);
    this.#waiting.delete(key);
    const [next] = this.#waiting;
    if (!next || this.#attempts.size >= mostAttempts) return;
    this.#waiting.delete(next[0]);
    next[1]();
  }
}
