import { RelevoError } from '../contract/index.ts';
import type { LabHandle } from '../lab/lab-service.ts';
import { addressesOf } from './address-witness.ts';
import type { Changes } from './changes.ts';
import type { Clock } from './clock.ts';
import type { Recording } from './recording.ts';
import type { Subject } from './subject.ts';

/** The kernel of the victim is asked this often whether it holds its addresses again, in ms. */
const lookAgainMs = 50;

/** The node that a drill kills, and what became of it. */
export class Victim {
  readonly name: string;
  faultAt = 0;
  /** When its last process was dead. */
  deadAt = 0;
  healedAt: number | undefined;
  readonly #lab: LabHandle;
  readonly #virtualAddresses: readonly string[];
  readonly #clock: Clock;
  readonly #recording: Recording;
  #startedAgain = false;

  constructor(lab: LabHandle, subject: Subject, clock: Clock, recording: Recording) {
    this.name = subject.drill.victim;
    this.#lab = lab;
    this.#virtualAddresses = subject.virtualAddresses;
    this.#clock = clock;
    this.#recording = recording;
  }

  async kill(): Promise<void> {
    this.#recording.phase('fault');
    this.faultAt = this.#clock.now();
    this.#recording.event({ type: 'fault', at: this.faultAt, node: this.name, action: 'kill' });
    await this.#lab.kill(this.name);
    this.deadAt = this.#clock.now();
  }

  async start(): Promise<void> {
    this.#startedAgain = true;
    this.#recording.event({ type: 'heal', at: this.#clock.now(), node: this.name, action: 'start' });
    await this.#lab.start(this.name);
  }

  /** Heals after a drill that was cancelled or failed half-way; answers with the error to throw. */
  async healAfter(error: unknown): Promise<unknown> {
    if (this.#startedAgain || this.#isRunning()) return error;
    try {
      await this.start();
      return error;
    } catch (startError) {
      const why = error instanceof Error ? error.message : String(error);
      return new RelevoError(
        'DRILL_FAILED',
        `${why} And ${this.name} could not be started again.`,
        { lab: this.#lab.name, node: this.name, hint: `Start it yourself: relevo start ${this.name}.` },
        startError,
      );
    }
  }

  /** A connection that breaks while the node comes up is not yet an answer. */
  async #heldAddresses(): Promise<Set<string>> {
    try {
      return await addressesOf(await this.#lab.connection(this.name));
    } catch {
      return new Set();
    }
  }

  #isRunning(): boolean {
    return this.#lab.status().nodes.some((node) => node.name === this.name && node.state === 'running');
  }

  /** Waits until the victim's kernel holds every virtual address again. */
  async awaitAddresses(changes: Changes, longestMs: number): Promise<void> {
    const deadline = this.#clock.now() + longestMs;
    while (this.#clock.now() < deadline) {
      const held = await this.#heldAddresses();
      if (this.#virtualAddresses.every((address) => held.has(address))) {
        this.healedAt = this.#clock.now();
        return;
      }
      await changes.pause(lookAgainMs);
    }
  }
}
