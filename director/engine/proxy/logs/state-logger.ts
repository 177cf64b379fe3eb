import type { BackendRuntime } from '../runtime/backend-runtime.ts';
import { octetText } from '../samples/values.ts';
import type { StateLine } from '../states/state-log.ts';
import { LogWriter, type LogSurroundings } from './log-writer.ts';

/** Lines about servers' states, to where their backends log. For `StateListener.log`. */
export class StateLogger {
  readonly #surroundings: LogSurroundings;
  readonly #writers = new Map<BackendRuntime, LogWriter>();

  constructor(surroundings: LogSurroundings) {
    this.#surroundings = surroundings;
  }

  log({ level, text, backend }: StateLine, now: number): void {
    let writer = this.#writers.get(backend);
    if (writer === undefined) {
      writer = new LogWriter(backend.settings, this.#surroundings);
      this.#writers.set(backend, writer);
    }
    writer.write({ level, text: `${octetText(text)}.` }, now);
  }
}
