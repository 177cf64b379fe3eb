import type { Readable, Writable } from 'node:stream';
import { once } from 'node:events';
import { RelevoError } from '../contract/error.ts';
import type { EventPayload } from '../contract/index.ts';
import type { EngineClient } from '../rpc-client/index.ts';

export interface RemoteStreams {
  /** Absent: the command gets no input. */
  readonly input?: Readable;
  readonly output: Writable;
  readonly errors: Writable;
}

export interface RemoteCommand {
  readonly lab: string;
  readonly node: string;
  readonly command: string;
}

/** How the command ended; `stop` ends it early. */
export interface RunningCommand {
  readonly exited: Promise<EventPayload<'session-exit'>>;
  stop(): Promise<void>;
}

/** Runs a command on a node with its streams connected, byte by byte, to ours. */
export async function runRemote(
  client: EngineClient,
  command: RemoteCommand,
  streams: RemoteStreams,
): Promise<RunningCommand> {
  const { session } = await client.call('session.open', command);
  connectOutput(client, session, streams);
  const exited = Promise.race([exitOf(client, session), lost(client)]);
  // It may be rejected before anybody waits for it; whoever does gets the error all the same.
  exited.catch(() => undefined);
  await client.call('session.attach', { session });
  if (streams.input === undefined) await client.call('session.end', { session });
  else sendInput(client, session, streams.input).catch(() => streams.input?.destroy());
  return {
    exited,
    stop: async () => {
      await client.call('session.close', { session }).catch(() => undefined);
    },
  };
}

function connectOutput(client: EngineClient, session: string, { output, errors }: RemoteStreams): void {
  client.on('session-output', (event) => {
    if (event.session !== session) return;
    const stream = event.stream === 'stdout' ? output : errors;
    if (stream.write(Buffer.from(event.data, 'base64'))) return;
    // Whoever reads our output is slower than the node: the node has to wait.
    client.pause();
    stream.once('drain', () => client.resume());
  });
}

function exitOf(client: EngineClient, session: string): Promise<EventPayload<'session-exit'>> {
  return new Promise((resolve) => {
    client.on('session-exit', (exit) => {
      if (exit.session === session) resolve(exit);
    });
  });
}

async function lost(client: EngineClient): Promise<never> {
  await client.closed;
  throw new RelevoError('ENGINE_UNREACHABLE', 'The connection to the lab engine broke while the command ran.', {
    cause: 'The engine ended.',
    hint: 'Run it again: the lab lives on, and a new engine takes it over.',
  });
}

/**
 * One piece at a time: the engine answers when the node has room for the next. Rejects when the command ended without reading
 * all of it, or the connection broke; the command's exit tells which.
 */
async function sendInput(client: EngineClient, session: string, input: Readable): Promise<void> {
  for await (const piece of input as AsyncIterable<Buffer>) {
    await client.call('session.write', { session, data: piece.toString('base64') });
  }
  await client.call('session.end', { session });
}

/** Resolves when everything written to the stream so far has left this process. */
export async function flushed(stream: Writable): Promise<void> {
  if (stream.writableLength > 0 && !stream.destroyed)
    await Promise.race([once(stream, 'drain'), once(stream, 'close')]);
}
