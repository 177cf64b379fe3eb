import type { Worker } from 'node:worker_threads';
import { assertNever } from '../../engine/assert-never.ts';
import type { VirtualAddress, VrrpInstanceConfiguration } from '../../engine/vrrp/configuration.ts';
import type { DirectorEvent } from '../../api/event.ts';
import * as libc from '../libc.ts';
import { startThread } from '../threads.ts';
import type { VrrpCommand, VrrpMessage, VrrpStatus, VrrpThreadData } from './messages.ts';

const nonBlocking = 0x800 | 0x80000; // EFD_NONBLOCK | EFD_CLOEXEC

export interface VrrpListener {
  event(event: DirectorEvent): void;
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
  #status: VrrpStatus | undefined;
  #running = true;
  /** Those who wait for a `reconfigure`, in the order in which they asked. */
  #reconfiguring: (() => void)[] = [];

  constructor(instances: readonly VrrpInstanceConfiguration[], listener: VrrpListener) {
    this.#listener = listener;
    this.#wakeFd = libc.eventfd(0, nonBlocking);
    const data: VrrpThreadData = { instances, wakeFd: this.#wakeFd };
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
  }

  /** The latest word from the thread, at most a second old; undefined until its first. */
  get status(): VrrpStatus | undefined {
    return this.#status;
  }

  /** Resolves when addresses that are no longer configured have left, or the thread has ended. */
  reconfigure(instances: readonly VrrpInstanceConfiguration[]): Promise<void> {
    if (!this.#running) return Promise.resolve();
    return new Promise((resolve) => {
      this.#reconfiguring.push(resolve);
      this.#command({ type: 'reconfigure', instances });
    });
  }

  /** Resolves when priority 0 has been sent, the addresses are gone and the thread has ended. */
  async stop(): Promise<void> {
    this.#command({ type: 'stop' });
    await this.#ended;
  }

  #command(command: VrrpCommand): void {
    if (!this.#running) return;
    this.#worker.postMessage(command);
    libc.write(this.#wakeFd, new Uint8Array(BigUint64Array.of(1n).buffer));
  }

  #take(message: VrrpMessage): void {
    switch (message.type) {
      case 'event':
        this.#listener.event(message.event);
        break;
      case 'held':
        this.#listener.held(message.addresses);
        break;
      case 'reconfigured':
        this.#reconfiguring.shift()?.();
        break;
      case 'status':
        this.#status = message.status;
        break;
      case 'stopped':
        break;
      default:
        assertNever(message);
    }
  }
}
