import type { TrackedScript } from '../../engine/vrrp/configuration.ts';
import type { ScriptResult } from '../../engine/vrrp/script.ts';
import { runCommand, type RunningCommand } from './run-command.ts';

interface Entry {
  script: TrackedScript;
  readonly timer: NodeJS.Timeout;
  running?: RunningCommand;
}

/** Runs the tracked scripts at their intervals and tells how each run ended. */
export class ScriptRunner {
  readonly #entries = new Map<string, Entry>();
  readonly #result: (name: string, result: ScriptResult) => void;
  readonly #warn: (message: string) => void;

  constructor(result: (name: string, result: ScriptResult) => void, warn: (message: string) => void) {
    this.#result = result;
    this.#warn = warn;
  }

  /** New scripts run at once; changed ones start anew; others are left alone. */
  configure(scripts: readonly TrackedScript[]): void {
    for (const [name, { script }] of this.#entries)
      if (!scripts.some((next) => JSON.stringify(next) === JSON.stringify(script))) this.#remove(name);
    for (const script of scripts) {
      if (this.#entries.has(script.name)) continue;
      const timer = setInterval(() => this.#run(script.name), script.intervalMs);
      this.#entries.set(script.name, { script, timer });
      this.#run(script.name);
    }
  }

  stop(): void {
    for (const name of [...this.#entries.keys()]) this.#remove(name);
  }

  #run(name: string): void {
    const entry = this.#entries.get(name);
    if (!entry) return;
    if (entry.running) {
      // Two of the same would give two verdicts; as keepalived, we leave this turn out.
      this.#warn(`Script ${name} has not ended yet: it is not started again`);
      return;
    }
    const running = runCommand(entry.script.command, entry.script.timeoutMs);
    entry.running = running;
    void running.ended.then((result) => {
      if (this.#entries.get(name) !== entry) return;
      delete entry.running;
      this.#result(name, result);
    });
  }

  #remove(name: string): void {
    const entry = this.#entries.get(name);
    clearInterval(entry?.timer);
    entry?.running?.kill();
    this.#entries.delete(name);
  }
}
