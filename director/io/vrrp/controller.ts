import type { Worker } from 'node:worker_threads';
import { assertNever } from '../../engine/assert-never.ts';
import type { VirtualAddress, VrrpConfiguration } from '../../engine/vrrp/configuration.ts';
import type { DirectorEvent } from '../../api/event.ts';
import { epochNow } from '../clock.ts';
import * as libc from '../libc.ts';
import { startThread } from '../threads.ts';
import { FileWatcher } from './file-watcher.ts';
import type { VrrpCommand, VrrpMessage, VrrpStatus, VrrpThreadData } from './messages.ts';
import { Notifier } from './notifier.ts';
import { ScriptRunner } from './script-runner.ts';

const nonBlocking = 0x800 | 0x80000; // EFD_NONBLOCK | EFD_CLOEXEC

export interface VrrpListener {
  event(event: DirectorEvent): void;
  /** There are other instances than before, and `status` has them. */
  instancesChanged(): void;
  /** The addresses of all instances that are master now. */
  held(addresses: readonly VirtualAddress[]): void;
  /** The thread ended by an error: nothing answers for the addresses any more. */
  failed(error: Error): void;
}

/** The main thread's side of the VRRP thread. */
export class VrrpController {
  readonly #wakeFd: number;
  readonly #worker: Worker;
  readonly #listener: VrrpListener;
  readonly #ended: Promise<void>;
  readonly #notifier: Notifier;
  readonly #scripts: ScriptRunner;
  readonly #files: FileWatcher;
  #status: VrrpStatus | undefined;
  #running = true;
  /** Those who wait for a `reconfigure`, in the order in which they asked. */
  #reconfiguring: (() => void)[] = [];

  constructor(configuration: VrrpConfiguration, listener: VrrpListener) {
    this.#listener = listener;
    this.#wakeFd = libc.eventfd(0, nonBlocking);
    const warn = (message: string): void => listener.event({ type: 'log', at: epochNow(), level: 'warn', message });
    this.#notifier = new Notifier(warn);
    this.#scripts = new ScriptRunner((name, result) => this.#command({ type: 'script-result', name, result }), warn);
    this.#files = new FileWatcher((name, value) => this.#command({ type: 'file-value', name, value }), warn);
    const data: VrrpThreadData = { configuration, wakeFd: this.#wakeFd };
    this.#worker = startThread('vrrp', data);
    this.#worker.on('message', (message: VrrpMessage) => this.#take(message));
    this.#worker.on('error', (error) => listener.failed(error instanceof Error ? error : new Error(String(error))));
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#running = false;
        libc.close(this.#wakeFd);
        for (const done of this.#reconfiguring) done();
        resolve();
      });
    });
    this.#follow(configuration);
  }

  /** The latest word from the thread, at most a second old; undefined until its first. */
  get status(): VrrpStatus | undefined {
    return this.#status;
  }

  /** Resolves when addresses that are no longer configured have left, or the thread has ended. */
  reconfigure(configuration: VrrpConfiguration): Promise<void> {
    if (!this.#running) return Promise.resolve();
    return new Promise((resolve) => {
      this.#reconfiguring.push(resolve);
      this.#command({ type: 'reconfigure', configuration });
      this.#follow(configuration);
    });
  }

  /** See VrrpRouter.yield; `status` has the priorities soon after. */
  yield(yielding: boolean): void {
    this.#command({ type: 'yield', yielding });
  }

  /**
   * Resolves when priority 0 has been sent, the addresses are gone, the thread has ended, and the programs that are told
   * of it have ended or had their second.
   */
  async stop(): Promise<void> {
    this.#scripts.stop();
    this.#files.stop();
    this.#command({ type: 'stop' });
    await this.#ended;
    await this.#notifier.stop();
  }

  /** Scripts, files and pipes are followed from here: the thread has no event loop that could wait for programs. */
  #follow({ scripts = [], files = [], notifyFifos = [] }: VrrpConfiguration): void {
    this.#notifier.openFifos(notifyFifos);
    this.#scripts.configure(scripts);
    this.#files.configure(files);
  }

  #command(command: VrrpCommand): void {
    if (!this.#running) return;
    this.#worker.postMessage(command);
    libc.write(this.#wakeFd, new Uint8Array(BigUint64Array.of(1n).buffer));
  }

  #learn(status: VrrpStatus): void {
    const before = namesOf(this.#status);
    this.#status = status;
    if (namesOf(status) !== before) this.#listener.instancesChanged();
  }

  #take(message: VrrpMessage): void {
    switch (message.type) {
      case 'event':
        this.#listener.event(message.event);
        break;
      case 'notify':
        this.#notifier.tell(message);
        break;
      case 'held':
        this.#listener.held(message.addresses);
        break;
      case 'reconfigured':
        this.#reconfiguring.shift()?.();
        break;
      case 'status':
        this.#learn(message.status);
        break;
      case 'stopped':
        break;
      default:
        assertNever(message);
    }
  }
}

function namesOf(status: VrrpStatus | undefined): string {
  return status?.instances.map(({ configuration }) => configuration.name).join('\n') ?? '';
}
