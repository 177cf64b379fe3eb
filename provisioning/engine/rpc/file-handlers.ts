import { RelevoError } from '../../contract/index.ts';
import type { LabService } from '../../lab/lab-service.ts';
import type { NodeConnection } from '../../ssh/connection.ts';
import type { Handlers } from './dispatcher.ts';

/** As the contract promises: files that a person edits, not archives. */
const MAX_FILE_BYTES = 1024 * 1024;

export function fileHandlers(service: LabService): Pick<Handlers, 'file.read' | 'file.write'> {
  return {
    'file.read': async ({ lab, node, path }) => {
      const connection = await service.lab(lab).connection(node);
      await refuseLarge(connection, path);
      const data = await orInvalid(`read ${path}`, node, () => connection.readFile(path));
      return { data: data.toString('base64') };
    },
    'file.write': async ({ lab, node, path, data, mode }) => {
      const content = Buffer.from(data, 'base64');
      if (content.length > MAX_FILE_BYTES) throw tooLarge(path, content.length, node);
      const connection = await service.lab(lab).connection(node);
      await orInvalid(`write ${path}`, node, () => connection.writeFile(path, content, mode));
      return {};
    },
  };
}

/** Asked before reading: the engine must not hold a node's whole disk in memory. */
async function refuseLarge(connection: NodeConnection, path: string): Promise<void> {
  const quoted = `'${path.replaceAll("'", `'\\''`)}'`;
  const { exitCode, stdout } = await connection.execute(`stat -Lc %s -- ${quoted}`);
  const size = Number(stdout);
  if (exitCode === 0 && size > MAX_FILE_BYTES) throw tooLarge(path, size, connection.node);
}

function tooLarge(path: string, size: number, node: string): RelevoError {
  return new RelevoError('INVALID_INPUT', `${path} has ${size} bytes; files of at most ${MAX_FILE_BYTES} pass here.`, {
    node,
    hint: `Copy it through the command line: relevo exec ${node} -- cat ${path}`,
  });
}

async function orInvalid<T>(what: string, node: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    if (cause instanceof RelevoError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RelevoError('INVALID_INPUT', `${node} could not ${what}: ${reason}.`, { node, cause: reason }, cause);
  }
}
