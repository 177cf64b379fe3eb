import { connect, type Socket } from 'node:net';
import type { DirectorSnapshot } from '../api/snapshot.ts';
import type { ConnectionSnapshot } from '../engine/ipvs/plane.ts';
import { LineSplitter } from '../io/admin/lines.ts';
import type { AdminFailure, AdminRequest } from '../io/admin/protocol.ts';
import { DirectorError, errorCode } from '../io/errors.ts';
import { paths } from '../io/paths.ts';

interface Answer {
  readonly result?: unknown;
  readonly error?: AdminFailure;
}

export async function requestSnapshot(): Promise<DirectorSnapshot> {
  return (await request({ method: 'snapshot' })) as DirectorSnapshot;
}

export async function requestConnections(): Promise<ConnectionSnapshot[]> {
  return (await request({ method: 'connections' })) as ConnectionSnapshot[];
}

/**
 * Asks the running director one thing. Throws DirectorError: `not-running`, `no-permission`, `gone` when it went away
 * before it answered, or the code of the director's own answer.
 */
export async function request(question: Exclude<AdminRequest, { method: 'watch' }>): Promise<unknown> {
  for await (const line of ask(question)) {
    const { result, error } = JSON.parse(line) as Answer;
    if (error) throw new DirectorError(error.code, error.message);
    return result;
  }
  throw new DirectorError('gone', `The director ended before it answered to "${question.method}"`);
}

/** Returns when the director has taken everything down and closed its socket. */
export async function requestStop(): Promise<void> {
  for await (const line of ask({ method: 'stop' })) {
    const { error } = JSON.parse(line) as Answer;
    if (error) throw new DirectorError(error.code, error.message);
  }
}

/** The lines of `watch`, a snapshot first, until the director ends. */
export function watchLines(adverts: boolean): AsyncGenerator<string> {
  return ask({ method: 'watch', adverts });
}

async function* ask(question: AdminRequest): AsyncGenerator<string> {
  const socket = await open();
  const splitter = new LineSplitter();
  socket.setEncoding('utf8');
  socket.write(`${JSON.stringify(question)}\n`);
  try {
    for await (const piece of socket) yield* splitter.take(piece as string);
  } finally {
    socket.destroy();
  }
}

function open(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(paths.adminSocket);
    socket.once('connect', () => resolve(socket));
    socket.once('error', (error) => reject(unreachable(error)));
  });
}

function unreachable(error: Error): DirectorError {
  if (errorCode(error) === 'EACCES')
    return new DirectorError('no-permission', `Only root may speak to the director (${paths.adminSocket})`, {
      cause: error,
    });
  const message = `No director is running here: nobody answers on ${paths.adminSocket}; "director run" starts one`;
  return new DirectorError('not-running', message, { cause: error });
}
