import type { TrackedScript } from './configuration.ts';

/** How one run of a tracked script ended. `detail`: exit status, signal or time-out in words. */
export interface ScriptResult {
  readonly ok: boolean;
  readonly detail: string;
}

/**
 * Rise and fall of one tracked script, counted as keepalived does (vrrp_scheduler.c): the very first result decides,
 * unless the script starts as failed; afterwards `rise` successes or `fall` failures in a row turn the verdict.
 */
export class ScriptCounter {
  #script: TrackedScript;
  #up: boolean | undefined;
  /** Results in a row that speak against the verdict. */
  #against = 0;

  constructor(script: TrackedScript) {
    this.#script = script;
    if (script.startsFailed) this.#up = false;
  }

  /** Undefined until the first result. */
  get up(): boolean | undefined {
    return this.#up;
  }

  /** New settings keep the verdict, so that a reload moves nothing. */
  reconfigure(script: TrackedScript): void {
    this.#script = script;
  }

  /** True when the verdict has changed. */
  record({ ok }: ScriptResult): boolean {
    const before = this.#up;
    if (before === undefined || ok === before) {
      this.#against = 0;
      this.#up = ok;
    } else if (++this.#against >= (ok ? this.#script.rise : this.#script.fall)) {
      this.#against = 0;
      this.#up = ok;
    }
    return this.#up !== before;
  }
}
