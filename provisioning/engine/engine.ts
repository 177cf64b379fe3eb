import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { RpcEvent } from '../contract/index.ts';
import type { LabService } from '../lab/lab-service.ts';
import { pageAddress, processStartTime, removeEngineRecord, writeEngineRecord } from '../discovery/index.ts';
import { pageHandler } from './http/page-handler.ts';
import { IdleWatch } from './idle-watch.ts';
import { listen } from './listen.ts';
import { lockStateDirectory } from './lock.ts';
import type { EngineLock } from './lock.ts';
import { Dispatcher } from './rpc/dispatcher.ts';
import { createHandlers } from './rpc/handlers.ts';
import type { TestbedExporter, TestbedImporter } from './rpc/handlers.ts';
import { RpcServer } from './rpc/rpc-server.ts';
import { SessionManager } from './sessions/session-manager.ts';

export interface EngineOptions {
  readonly stateDirectory: string;
  /** Where the built window is. */
  readonly pageDirectory: string;
  readonly version: string;
  /** 0: any free one. */
  readonly port: number;
  /** Ends by itself when it has neither labs nor clients. */
  readonly onDemand: boolean;
  /** Called once the state directory is ours. */
  readonly createService: () => Promise<LabService>;
  readonly exportTestbed: TestbedExporter;
  readonly importer: TestbedImporter;
  /** Told of errors that are defects of ours. */
  readonly onDefect: (where: string, error: unknown) => void;
}

export interface Engine {
  readonly port: number;
  readonly token: string;
  /** The page's address, token included. */
  readonly address: string;
  /** Lets go of the labs, which live on, and ends. Resolves like `stopped`. */
  stop(): Promise<void>;
  readonly stopped: Promise<void>;
}

/** Twice the 128 bits that nobody guesses. */
const TOKEN_BYTES = 32;
/** For letting go of labs; their holders do not need us. */
const CLOSE_TIMEOUT_MS = 3000;

/** Starts the lab engine in this process. Rejects with ENGINE_RUNNING or PORT_IN_USE, leaving nothing behind. */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const lock = await lockStateDirectory(options.stateDirectory);
  try {
    let port = 0;
    const server = createServer(pageHandler({ folder: options.pageDirectory, port: () => port }));
    // The port first: it fails fast, and taking over labs may take a while.
    port = await listen(server, options.port);
    const service = await options.createService().catch((error: unknown) => {
      server.close();
      throw error;
    });
    return new LabEngine(options, { lock, server, port, service });
  } catch (error) {
    lock.release();
    throw error;
  }
}

interface Parts {
  readonly lock: EngineLock;
  readonly server: Server;
  readonly port: number;
  readonly service: LabService;
}

class LabEngine implements Engine {
  readonly port: number;
  readonly token = randomBytes(TOKEN_BYTES).toString('base64url');
  readonly stopped: Promise<void>;
  readonly #stateDirectory: string;
  readonly #onDefect: EngineOptions['onDefect'];
  readonly #parts: Parts;
  readonly #rpc: RpcServer;
  readonly #sessions: SessionManager;
  readonly #idle: IdleWatch | undefined;
  readonly #stopListening: () => void;
  #resolveStopped: () => void = () => undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: EngineOptions, parts: Parts) {
    const { service, server, port } = parts;
    this.#parts = parts;
    this.#stateDirectory = options.stateDirectory;
    this.#onDefect = options.onDefect;
    this.port = port;
    this.stopped = new Promise((resolve) => (this.#resolveStopped = resolve));
    this.#sessions = new SessionManager(service, () => Date.now());
    this.#rpc = new RpcServer({
      server,
      port,
      token: this.token,
      dispatcher: this.#createDispatcher(options),
      onClientLeft: (client) => this.#sessions.clientLeft(client),
      onClientsChanged: () => this.#idle?.check(),
    });
    this.#stopListening = service.onEvent((event) => this.#onEvent(event));
    if (options.onDemand) {
      const isNeeded = (): boolean => this.#rpc.clientCount > 0 || service.list().length > 0;
      this.#idle = new IdleWatch(isNeeded, () => this.#stopSoon());
    }
    this.#announce(options.version);
  }

  get address(): string {
    return pageAddress(this);
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#shutDown();
    return this.#stopping;
  }

  #stopSoon(): void {
    this.stop().catch((error: unknown) => this.#onDefect('stop', error));
  }

  async #shutDown(): Promise<void> {
    this.#idle?.stop();
    removeEngineRecord(this.#stateDirectory, this.token);
    this.#rpc.close();
    await settled(this.#sessions.closeAll(), CLOSE_TIMEOUT_MS);
    this.#stopListening();
    await settled(this.#parts.service.close(), CLOSE_TIMEOUT_MS);
    this.#parts.server.close();
    this.#parts.server.closeAllConnections();
    this.#parts.lock.release();
    this.#resolveStopped();
  }

  #createDispatcher({ stateDirectory, version, exportTestbed, importer, onDefect }: EngineOptions): Dispatcher {
    const handlers = createHandlers({
      service: this.#parts.service,
      sessions: this.#sessions,
      facts: { version, pid: process.pid, startedAt: Date.now(), stateDirectory },
      exportTestbed,
      importer,
      stop: () => this.#stopSoon(),
    });
    return new Dispatcher({ handlers, onDefect });
  }

  #onEvent(event: RpcEvent): void {
    this.#rpc.broadcast(event);
    if (event.event === 'lab-removed') this.#sessions.labRemoved(event.payload.lab);
    if (event.event === 'labs' || event.event === 'lab-removed') this.#idle?.check();
  }

  /** From here on clients find us. */
  #announce(version: string): void {
    const startTime = processStartTime(process.pid);
    const { port, token } = this;
    const record = { pid: process.pid, ...(startTime === undefined ? {} : { startTime }), port, token, version };
    writeEngineRecord(this.#stateDirectory, record);
  }
}

/** Waits for the promise, but not for ever: what must end, ends. */
async function settled(promise: Promise<void>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)));
  await Promise.race([promise.catch(() => undefined), timeout]);
  clearTimeout(timer);
}
