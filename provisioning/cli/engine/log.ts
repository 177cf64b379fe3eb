import { mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { destination, pino } from 'pino';

/** One old file is kept beside the current one. */
const ROTATE_BYTES = 5 * 1024 * 1024;

export interface EngineLog {
  info(message: string): void;
  /** An error that should not have happened, with its stack. */
  defect(where: string, error: unknown): void;
}

/** The engine's own log, engine.log in the state directory: one JSON object a line, readable by its user only. */
export function openLog(stateDirectory: string): EngineLog {
  mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
  const file = join(stateDirectory, 'engine.log');
  rotate(file);
  // Written at once: the last lines before a crash are the ones that are read.
  const logger = pino({ base: { pid: process.pid } }, destination({ dest: file, mode: 0o600, sync: true }));
  return {
    info: (message) => logger.info(message),
    defect: (where, error) => logger.error({ err: error, where }, 'defect'),
  };
}

function rotate(file: string): void {
  try {
    if (statSync(file).size > ROTATE_BYTES) renameSync(file, `${file}.1`);
  } catch {
    // There is none yet.
  }
}
