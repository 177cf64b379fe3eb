import type { Readable } from 'node:stream';
import type { NodeChannel, NodeConnection } from '../../ssh/connection.ts';

/** A node that is frozen or dead does not answer; whoever closes a session does not wait for it. */
const END_LIMIT_MS = 2000;

/** What is longer than a process id is no process id. */
const LONGEST_LINE = 16;

/** A command without a terminal, and the process group in which the node runs it. */
export interface GroupedCommand {
  readonly channel: NodeChannel;
  /** Undefined where the node's shell did not say. */
  readonly group: number | undefined;
}

/**
 * Starts a command without a terminal so that it can be ended: SSH leaves such a command running when its channel closes.
 * sshd makes its shell a process group, and the shell says which one on the first line of standard error, which is taken off.
 */
export async function openCommand(connection: NodeConnection, command: string): Promise<GroupedCommand> {
  const channel = await connection.open({ command: announced(command) });
  return { channel, group: await takeGroup(channel) };
}

/** Ends every process of the group, as far as they listen; never rejects. Spelt with `-s`: dash takes no `-TERM --`. */
export async function endGroup(connection: NodeConnection, group: number): Promise<void> {
  await connection.execute(`kill -s TERM -- -${group}`, { timeoutMs: END_LIMIT_MS }).catch(() => undefined);
}

/** `eval`, so that the shell's messages about the command count its lines as before. */
function announced(command: string): string {
  return `echo $$ >&2; eval '${command.replaceAll("'", "'\\''")}'`;
}

/** Takes the first line off; puts back whatever is not it. */
async function takeGroup({ stderr, exited }: NodeChannel): Promise<number | undefined> {
  let text = Buffer.alloc(0);
  const end = exited.then(() => undefined);
  while (!text.includes(0x0a) && text.length < LONGEST_LINE) {
    const piece = stderr.read() as Buffer | null;
    if (piece !== null) text = Buffer.concat([text, piece]);
    else if (stderr.readableEnded || stderr.destroyed || !(await moreToRead(stderr, end))) break;
  }
  const line = /^(\d+)\n/.exec(text.subarray(0, LONGEST_LINE).toString('latin1'));
  const rest = text.subarray(line?.[0].length ?? 0);
  if (rest.length > 0) stderr.unshift(rest);
  return line === null ? undefined : Number(line[1]);
}

/** False when the command ended without a further word. */
async function moreToRead(stream: Readable, end: Promise<unknown>): Promise<boolean> {
  let stop = (): void => undefined;
  const readable = new Promise<boolean>((resolve) => {
    const done = (): void => resolve(true);
    stream.on('readable', done).on('end', done).on('close', done);
    stop = () => void stream.off('readable', done).off('end', done).off('close', done);
  });
  const more = await Promise.race([readable, end.then(() => stream.readableLength > 0)]);
  stop();
  return more;
}
