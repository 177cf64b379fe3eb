import { createInterface } from 'node:readline';
import type { NodeConnection } from '../ssh/connection.ts';

export interface NodeStream {
  stop(): void;
}

export interface NodeStreamOptions {
  readonly connect: () => Promise<NodeConnection>;
  readonly command: string;
  readonly onLine: (line: string) => void;
  /** The command ended or the node went away; it is tried again until `stop`. */
  readonly onLost: () => void;
}

const RETRY_MS = 300;

/**
 * Ends the command when the channel closes (SSH alone does not, without a terminal) and the channel when the command ends.
 * The command gets a process group of its own, so that all of it is ended.
 */
function untilClosed(command: string): string {
  const quoted = command.replaceAll("'", "'\\''");
  return `setsid sh -c '${quoted}; kill -TERM '$$ & group=$!; cat > /dev/null 2>&1; kill -TERM -- -$group 2> /dev/null`;
}

/** Follows what a command on a node prints, line by line, for as long as the node lives and again when it is back. */
export function followCommand(options: NodeStreamOptions): NodeStream {
  let stopped = false;
  let closeChannel = (): void => undefined;
  let timer: NodeJS.Timeout | undefined;
  const attempt = async (): Promise<void> => {
    try {
      const channel = await (await options.connect()).open({ command: untilClosed(options.command) });
      closeChannel = () => channel.stdin.end();
      if (stopped) closeChannel();
      channel.stderr.resume();
      createInterface({ input: channel.stdout }).on('line', options.onLine);
      await channel.exited;
    } catch {
      // The node is off or has just died; its state says so, and we ask again.
    }
    if (stopped) return;
    options.onLost();
    timer = setTimeout(() => void attempt(), RETRY_MS);
  };
  void attempt();
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      closeChannel();
    },
  };
}
