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

/** An engine on this machine answers in some milliseconds. */
const ANSWER_LIMIT_MS = 2000;

/**
 * The engine that we were started for, or the one of our state directory; else one of our own, which ends with us.
 */
export class EngineFinder {
  readonly #program: string;
  readonly #handedOver = acceptHandedOver(process.env['RELEVO_ENGINE_ADDRESS']);
  #searches = 0;
  #own: ChildProcess | undefined;

  /** @param dist the built program's folder */
  constructor(dist: string) {
    this.#program = join(dist, 'relevo.mjs');
  }

  async find(): Promise<EngineSearch> {
    const handedOver = this.#handedOver;
    this.#searches += 1;
    if (handedOver !== undefined && this.#searches === 1) return { kind: 'found', address: handedOver };
    // Who looks again may look for an engine that was restarted: its record tells its new address and token.
    const running = findEngine(stateDirectory());
    if (running !== undefined) return { kind: 'found', address: pageAddress(running) };
    // The engine of root, for a window of an ordinary user, has its record elsewhere.
    if (handedOver !== undefined && (await answers(handedOver))) return { kind: 'found', address: handedOver };
    return mayStart() ? this.#start() : { kind: 'absent' };
  }

  /** Ends the engine that we started, if we did; labs live on. */
  stop(): void {
    this.#own?.kill('SIGTERM');
  }

  /** In Node, not in Electron: whatever needs root stays out of a program that shows pages. */
  async #start(): Promise<EngineSearch> {
    const child = spawn('node', [this.#program, 'serve', '--json', '--until-input-ends'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      windowsHide: true,
    });
    const failed = once(child, 'error').then(
      ([error]: unknown[]) => `${String(error)} (it needs Node.js >= 20.19 on PATH)`,
    );
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

/** On Linux labs are root's, unless somebody has started an engine for virtual machines; elsewhere there is no root to wait for. */
function mayStart(): boolean {
  return process.platform !== 'linux' || process.getuid?.() === 0;
}

async function answers(address: string): Promise<boolean> {
  return fetch(address, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) }).then(
    () => true,
    () => false,
  );
}
