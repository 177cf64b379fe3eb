import { connect, type Socket } from 'node:net';
import type { AdminFailure, AdminInput, AdminMethod, AdminOutput, WatchInput } from '../api/admin.ts';
import type { ConnectionSnapshot, DirectorSnapshot, TableSnapshot } from '../api/snapshot.ts';
import type { TableCommand, TableResult } from '../api/table.ts';
import { LineSplitter } from '../io/admin/lines.ts';
import { DirectorError, errorCode } from '../io/errors.ts';
import { paths } from '../io/paths.ts';

interface Answer {
  readonly result?: unknown;
  readonly error?: AdminFailure;
}

export function requestSnapshot(): Promise<DirectorSnapshot> {
  return request('snapshot', {});
}

export function requestTable(): Promise<TableSnapshot> {
  return request('table', {});
}

export function requestConnections(): Promise<ConnectionSnapshot[]> {
  return request('connections', {});
}

export function requestExecution(commands: readonly TableCommand[]): Promise<TableResult[]> {
  return request('execute', { commands: [...commands] });
}

/**
 * Asks the running director one thing. Rejects with DirectorError: `not-running`, `no-permission`, `gone` when it went away
 * before it answered, or the code of the director's own answer.
 */
export async function request<Method extends AdminMethod>(
  method: Method,
  fields: AdminInput<Method>,
): Promise<AdminOutput<Method>> {
  for await (const line of ask({ method, ...fields })) {
    const { result, error } = JSON.parse(line) as Answer;
    if (error) throw new DirectorError(error.code, error.message);
    return result as AdminOutput<Method>;
  }
  throw new DirectorError('gone', `The director ended before it answered to "${method}"`);
}

/** Returns when the director has taken everything down and closed its socket. */
export async function requestStop(): Promise<void> {
  for await (const line of ask({ method: 'stop' })) {
    const { error } = JSON.parse(line) as Answer;
    if (error) throw new DirectorError(error.code, error.message);
  }
}

/** The lines of `watch`, a snapshot first, until the director ends. */
export function watchLines(fields: WatchInput): AsyncGenerator<string> {
  return ask({ method: 'watch', ...fields });
}

async function* ask(question: object): AsyncGenerator<string> {
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
