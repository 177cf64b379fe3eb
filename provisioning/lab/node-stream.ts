import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { NodeConnection } from '../ssh/connection.ts';

export interface NodeStream {
  stop(): void;
}

export interface NodeStreamOptions {
  readonly connect: () => Promise<NodeConnection>;
  readonly source: LineSource;
  readonly onLine: (line: string) => void;
  /** The source ended or the node went away; it is tried again until `stop`. */
  readonly onLost: () => void;
}

/** Lines that a node tells until either side has had enough. */
export interface Lines {
  readonly stream: Readable;
  readonly ended: Promise<unknown>;
  close(): void;
}

export type LineSource = (connection: NodeConnection) => Promise<Lines>;

/** Every source tells something at once; one that does not has been lost on the way, and is asked again. */
const SILENCE_MS = 5000;
/** Short: a director that is just starting is heard from its first second. */
const RETRY_MS = 100;

/**
 * Ends the command when the channel closes (SSH alone does not, without a terminal) and the channel when the command ends.
 * The command gets a process group of its own, so that all of it is ended.
 */
function untilClosed(command: string): string {
  const quoted = command.replaceAll("'", "'\\''");
  return `setsid sh -c '${quoted}; kill -TERM '$$ & group=$!; cat > /dev/null 2>&1; kill -s TERM -- -$group 2> /dev/null`;
}

/** What a command prints. */
export function commandLines(command: string): LineSource {
  return async (connection) => {
    const channel = await connection.open({ command: untilClosed(command) });
    channel.stderr.resume();
    return { stream: channel.stdout, ended: channel.exited, close: () => channel.stdin.end() };
  };
}

/** What a daemon answers on its Unix socket to one line of request. */
export function socketLines(path: string, request: string): LineSource {
  return async (connection) => {
    const socket = await connection.openSocket(path);
    const ended = new Promise((resolve) => {
      socket.once('close', resolve);
      // The daemon has gone: sshd keeps our half open until we end it, too.
      socket.once('end', () => {
        socket.end();
        resolve(undefined);
      });
      socket.once('error', resolve);
    });
    socket.write(`${request}\n`);
    return { stream: socket, ended, close: () => socket.end() };
  };
}

/** Follows the source for as long as the node lives, and again when it is back. */
export function followLines(options: NodeStreamOptions): NodeStream {
  let stopped = false;
  let close = (): void => undefined;
  let timer: NodeJS.Timeout | undefined;
  const attempt = async (): Promise<void> => {
    const silence = new Silence(SILENCE_MS);
    const opening = options.connect().then(options.source);
    try {
      const lines = await Promise.race([opening, silence.tooLong]);
      close = () => lines.close();
      if (stopped) close();
      createInterface({ input: lines.stream })
        .once('line', () => silence.end())
        .on('line', options.onLine);
      await Promise.race([lines.ended, silence.tooLong]);
    } catch {
      // The node is off or has just died, or nobody listens yet; its state says so, and we ask again.
      void opening.then(
        (lines) => lines.close(),
        () => undefined,
      );
    }
    silence.end();
    if (stopped) return;
    options.onLost();
    timer = setTimeout(() => void attempt(), RETRY_MS);
  };
  void attempt();
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      close();
    },
  };
}

/** Rejects `tooLong` unless it is ended in time. */
class Silence {
  readonly tooLong: Promise<never>;
  #timer: NodeJS.Timeout | undefined;

  constructor(milliseconds: number) {
    this.tooLong = new Promise((_, reject) => {
      this.#timer = setTimeout(() => reject(new Error('It tells nothing')), milliseconds);
    });
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
