import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { HttpListener, listenOf, type AdminListen } from '../io/admin/http-listener.ts';
import { AdminMethods } from '../io/admin/methods.ts';
import { AdminServer } from '../io/admin/server.ts';
import { EventCounts } from '../io/metrics/event-counts.ts';
import { Director } from '../io/director.ts';
import { DirectorError, errorMessage } from '../io/errors.ts';
import type { Log } from '../io/log.ts';
import { epochNow } from '../io/clock.ts';
import { paths } from '../io/paths.ts';
import { StateFile } from '../io/state-file.ts';
import { version } from '../io/version.ts';
import { tellParent } from './daemon.ts';

export interface AdminOptions {
  /** ADDRESS:PORT of the HTTP API. */
  readonly adminListen?: string;
  readonly adminTokenFile?: string;
}

/** Runs the director in this process until it is told to stop. Rejects with DirectorError when it cannot be started. */
export async function runInForeground(configFile: string, admin: AdminOptions = {}): Promise<void> {
  if (process.getuid?.() !== 0)
    throw new DirectorError('no-root', 'The director needs root: it opens raw sockets and changes addresses');
  const program = new Program(configFile, admin);
  await program.start();
}

class Program {
  readonly #director: Director;
  readonly #admin: AdminServer;
  readonly #methods: AdminMethods;
  readonly #counts = new EventCounts();
  readonly #http: HttpListener;
  /** What the command line wants counts more than the file. */
  readonly #listen: AdminListen | undefined;
  #stopping: Promise<void> | undefined;

  constructor(configFile: string, admin: AdminOptions) {
    // Before anything is touched, because it may be impossible.
    this.#listen = listenOf(admin.adminListen, admin.adminTokenFile);
    this.#director = new Director({
      configFile,
      log: this.#log,
      stateFile: new StateFile(paths.stateFile),
      onFatal: (reason) => this.#fail(reason),
    });
    this.#director.events.subscribe((event) => this.#counts.take(event));
    this.#methods = new AdminMethods({
      director: this.#director,
      counts: this.#counts,
      reload: () => this.#reload(),
      stop: async () => {
        await this.#stop();
        // The answer goes out first.
        setImmediate(() => this.#end(0));
      },
    });
    this.#admin = new AdminServer(paths.adminSocket, this.#methods);
    this.#http = new HttpListener(this.#methods, this.#log);
  }

  async start(): Promise<void> {
    mkdirSync(paths.runDirectory, { recursive: true });
    await this.#admin.listen();
    this.#followSignals();
    try {
      if (this.#listen) await this.#http.follow(this.#listen);
      writeFileSync(paths.pidFile, `${process.pid}\n`);
      await this.#director.start();
    } catch (error) {
      await this.#stop();
      this.#close();
      // A watcher that does not read must not keep a process that has failed.
      setTimeout(() => process.exit(1), 200).unref();
      throw error;
    }
    await this.#followListen();
    this.#tellSnapshot();
    this.#log('info', `director ${version} runs with ${this.#director.snapshot().configFile}`);
    tellParent({ ready: true });
  }

  /** Balancing goes on without it: a port that is taken, or a file that cannot be read, is only told. */
  async #followListen(): Promise<void> {
    if (this.#listen) return;
    try {
      await this.#http.follow(this.#director.configuration.admin);
    } catch (error) {
      this.#log('error', errorMessage(error));
    }
  }

  #close(): void {
    this.#admin.close();
    this.#http.close();
  }

  /** Whoever has been watching since before knows only what there was before. */
  #tellSnapshot(): void {
    this.#director.events.emit({ type: 'snapshot', at: epochNow(), snapshot: this.#director.snapshot() });
  }

  async #reload(): Promise<string[]> {
    const notices = await this.#director.reload();
    await this.#followListen();
    this.#tellSnapshot();
    return notices;
  }

  #followSignals(): void {
    const end = (signal: string): void => {
      this.#log('info', `${signal}: stopping`);
      void this.#stop().then(() => this.#end(0));
    };
    process.on('SIGTERM', end).on('SIGINT', end);
    process.on('SIGHUP', () => {
      this.#reload().catch((error: unknown) => this.#log('error', `Nothing was changed: ${errorMessage(error)}`));
    });
    process.on('uncaughtException', (error) => this.#fail(error.stack ?? error.message));
    process.on('unhandledRejection', (reason) => this.#fail(errorMessage(reason)));
  }

  /** Takes everything down once, however many ask for it. */
  #stop(): Promise<void> {
    this.#stopping ??= this.#director
      .stop()
      .catch((error: unknown) => this.#log('error', `Stopping: ${errorMessage(error)}`))
      .finally(() => rmSync(paths.pidFile, { force: true }));
    return this.#stopping;
  }

  #fail(reason: string): void {
    this.#log('error', reason);
    // A director that cannot do its work must not keep the addresses: the standby can.
    void this.#stop().then(() => this.#end(1));
  }

  #end(status: number): void {
    this.#close();
    this.#log('info', 'Stopped');
    process.exitCode = status;
    // Watchers get their last lines; whoever does not read them does not hold us up.
    setTimeout(() => process.exit(status), 200).unref();
  }

  readonly #log: Log = (level, message) => {
    const at = epochNow();
    process.stderr.write(`${new Date(at).toISOString()} ${level} ${message}\n`);
    // The log is needed while the director is still being made.
    if (#director in this) (this.#director as Director | undefined)?.events.emit({ type: 'log', at, level, message });
  };
}
