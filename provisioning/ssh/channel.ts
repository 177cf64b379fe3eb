import type { ClientChannel } from 'ssh2';
import type { ChannelExit, NodeChannel, TerminalSize } from './connection.ts';

/** ssh2's channel behind our own narrow interface. */
export function wrapChannel(channel: ClientChannel): NodeChannel {
  const exited = new Promise<ChannelExit>((resolve) => {
    let exit: ChannelExit = { lost: true };
    channel.on('exit', (code: number | null, signal?: string) => {
      exit = code === null ? { signal: signal ?? 'unknown' } : { exitCode: code };
    });
    channel.once('close', () => resolve(exit));
  });
  channel.on('error', () => undefined);
  return {
    stdin: channel,
    stdout: channel,
    stderr: channel.stderr,
    exited,
    resize: (size: TerminalSize) => channel.setWindow(size.rows, size.columns, 0, 0),
    close: () => channel.close(),
  };
}
