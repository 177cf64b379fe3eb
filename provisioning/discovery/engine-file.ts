import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSameProcess } from './process-identity.ts';

/** What a client needs to reach a running engine. */
export interface EngineRecord {
  readonly pid: number;
  /** See `processStartTime`; absent where the system does not tell. */
  readonly startTime?: string;
  readonly port: number;
  readonly token: string;
  readonly version: string;
}

const fileOf = (stateDirectory: string): string => join(stateDirectory, 'engine.json');

/** Noted down at once or not at all, readable by its owner only: the token opens every door of the engine. */
export function writeEngineRecord(stateDirectory: string, record: EngineRecord): void {
  mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
  const draft = `${fileOf(stateDirectory)}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, `${JSON.stringify(record)}\n`, { mode: 0o600, flag: 'wx' });
  renameSync(draft, fileOf(stateDirectory));
}

/** The engine that serves this state directory, or undefined when none does: a record left behind by a crash counts as none. */
export function findEngine(stateDirectory: string): EngineRecord | undefined {
  const record = readEngineRecord(stateDirectory);
  return record !== undefined && isSameProcess(record.pid, record.startTime) ? record : undefined;
}

/** Removes the record if it is the one that this process wrote. */
export function removeEngineRecord(stateDirectory: string, token: string): void {
  if (readEngineRecord(stateDirectory)?.token === token) rmSync(fileOf(stateDirectory), { force: true });
}

function readEngineRecord(stateDirectory: string): EngineRecord | undefined {
  try {
    return parseRecord(JSON.parse(readFileSync(fileOf(stateDirectory), 'utf8')));
  } catch {
    // Absent, unreadable (another user's), or not JSON: no engine that we could reach.
    return undefined;
  }
}

function parseRecord(value: unknown): EngineRecord | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { pid, startTime, port, token, version } = value as Record<string, unknown>;
  if (typeof pid !== 'number' || typeof port !== 'number') return undefined;
  if (typeof token !== 'string' || typeof version !== 'string') return undefined;
  return { pid, port, token, version, ...(typeof startTime === 'string' ? { startTime } : {}) };
}
