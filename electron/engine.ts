import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { findEngine, pageAddress, stateDirectory } from '../provisioning/discovery/index.ts';
import { acceptHandedOver } from './navigation.ts';

/** Where the window finds its page, or why it does not. */
export type EngineSearch =
  | { readonly kind: 'found'; readonly address: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly reason: string };

/**
 * The engine that we were started for, or the one of our state directory; as root, one of our own, which ends with us. Without
 * root none is started: it could run no lab.
 */
export class EngineFinder {
  readonly #program: string;
  #own: ChildProcess | undefined;

  /** @param dist the built program's folder */
  constructor(dist: string) {
    this.#program = join(dist, 'relevo.mjs');
  }

  async find(): Promise<EngineSearch> {
    const handedOver = acceptHandedOver(process.env['RELEVO_ENGINE_ADDRESS']);
    if (handedOver !== undefined) return { kind: 'found', address: handedOver };
    const running = findEngine(stateDirectory());
    if (running !== undefined) return { kind: 'found', address: pageAddress(running) };
    return process.getuid?.() === 0 ? this.#start() : { kind: 'absent' };
  }

  /** Ends the engine that we started, if we did; labs live on. */
  stop(): void {
    this.#own?.kill('SIGTERM');
  }

  /** In Node, not in Electron: whatever needs root stays out of a program that shows pages. */
  async #start(): Promise<EngineSearch> {
    const child = spawn('node', [this.#program, 'serve', '--json', '--until-input-ends'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const failed = once(child, 'error').then(([error]: unknown[]) => String(error));
    const ended = once(child, 'exit').then(([status]: unknown[]) => `it ended with status ${String(status)}`);
    const ready = once(child.stdout, 'data').then(() => undefined);
    const reason = await Promise.race([failed, ended, ready]);
    if (reason !== undefined) return { kind: 'failed', reason };
    this.#own = child;
    const running = findEngine(stateDirectory());
    return running === undefined
      ? { kind: 'failed', reason: 'it ended at once' }
      : { kind: 'found', address: pageAddress(running) };
  }
}
