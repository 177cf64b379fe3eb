import { setTimeout as delay } from 'node:timers/promises';
import { findEngine } from '../../discovery/index.ts';
import { RelevoError } from '../../contract/error.ts';
import { connect } from '../../rpc-client/index.ts';
import type { EngineClient } from '../../rpc-client/index.ts';
import type { Locations } from '../locations.ts';
import { launchEngine } from './launch-engine.ts';

/** Taking over several labs after a crash is the longest that an engine does before it answers. */
const PATIENCE_MS = 20_000;
const RETRY_MS = 30;

/**
 * A connection to the engine of our state directory; one is started when none runs. An engine that is just ending, or one that
 * another command starts at the same time, is waited for.
 */
export async function reachEngine(locations: Locations): Promise<EngineClient> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const client = (await connectToRunning(locations.state)) ?? (await startAndConnect(locations));
    if (client !== undefined) return client;
    if (performance.now() > deadline) throw unreachable(locations.state);
    await delay(RETRY_MS);
  }
}

/** A connection to the engine if one runs; none is started. */
export async function connectToRunning(stateDirectory: string): Promise<EngineClient | undefined> {
  const record = findEngine(stateDirectory);
  // It may have ended since it was written down: then there is none.
  return record === undefined ? undefined : connect(record).catch(() => undefined);
}

async function startAndConnect(locations: Locations): Promise<EngineClient | undefined> {
  try {
    await launchEngine(locations);
  } catch (error) {
    if (error instanceof RelevoError && error.code === 'ENGINE_RUNNING') return undefined;
    throw error;
  }
  return connectToRunning(locations.state);
}

function unreachable(stateDirectory: string): RelevoError {
  return new RelevoError('ENGINE_UNREACHABLE', 'A lab engine runs, but it does not answer.', {
    cause: 'It may be stopped, or busy taking over labs.',
    hint: `Look into ${stateDirectory}/engine.log, then end it by its pid in ${stateDirectory}/engine.json.`,
  });
}
