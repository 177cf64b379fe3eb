import type { Duplex, Readable, Writable } from 'node:stream';

/** Columns and rows of characters. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export interface CommandResult {
  /** Absent when a signal ended the command or the node died. */
  readonly exitCode?: number;
  readonly signal?: string;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** Sent to the command's standard input, which is then closed. */
  readonly input?: string | Uint8Array;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Called with each piece of standard output as it comes. */
  readonly onOutput?: (text: string) => void;
}

export interface ChannelExit {
  readonly exitCode?: number;
  readonly signal?: string;
  /** Set when the channel closed without a word from the command: the node died, the connection broke. */
  readonly lost?: boolean;
}

/** One running command or login shell on a node. */
export interface NodeChannel {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Never rejects. */
  readonly exited: Promise<ChannelExit>;
  /** Has an effect only where the channel has a terminal. */
  resize(size: TerminalSize): void;
  close(): void;
}

/** An open SSH connection to one node: commands, terminals and files are one code path for every provider. */
export interface NodeConnection {
  readonly node: string;
  /** Resolves with the exit status whatever it is; rejects only when the command could not be run to its end. */
  execute(command: string, options?: CommandOptions): Promise<CommandResult>;
  open(options: { readonly command?: string; readonly terminal?: TerminalSize }): Promise<NodeChannel>;
  /** A stream to a Unix socket on the node; costs no process there. Rejects when nobody listens on it. */
  openSocket(path: string): Promise<Duplex>;
  readFile(path: string): Promise<Buffer>;
  writeFile(path: string, data: Uint8Array, mode?: number): Promise<void>;
  /** Resolves when the connection is gone, for whatever reason. */
  readonly closed: Promise<void>;
  close(): void;
}
