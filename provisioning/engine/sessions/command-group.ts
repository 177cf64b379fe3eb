import { randomUUID } from 'node:crypto';
import { pipeline, Transform } from 'node:stream';
import type { TransformCallback } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { NodeChannel, NodeConnection } from '../../ssh/connection.ts';

/** A node that is frozen or dead does not answer; whoever closes a session does not wait for it. */
const END_LIMIT_MS = 2000;

/** More than this is not what a login shell's start-up files complain about before they let the command run. */
const LONGEST_PREFACE = 64 * 1024;

/** A command without a terminal, and how to end all of it. */
export interface GroupedCommand {
  readonly channel: NodeChannel;
  /** Ends every process of the command, as far as they listen; never rejects. */
  readonly end: () => Promise<void>;
}

/**
 * Starts a command without a terminal so that it can be ended: SSH leaves such a command running when its channel closes.
 * sshd makes its shell a process group, and the shell says which one on a line of standard error, which is taken out.
 */
export async function openCommand(connection: NodeConnection, command: string): Promise<GroupedCommand> {
  const filter = new GroupFilter(randomUUID());
  const channel = await connection.open({ command: filter.announced(command) });
  // Whether the channel ended well is for its `exited` to tell.
  pipeline(channel.stderr, filter, () => undefined);
  return {
    channel: {
      stdin: channel.stdin,
      stdout: channel.stdout,
      stderr: filter,
      exited: channel.exited,
      resize: (size) => channel.resize(size),
      close: () => channel.close(),
    },
    end: async () => {
      const group = await Promise.race([filter.group, delay(END_LIMIT_MS, undefined, { ref: false })]);
      if (group === undefined) return;
      // Spelt with `-s`: dash takes no `-TERM --`.
      await connection.execute(`kill -s TERM -- -${group}`, { timeoutMs: END_LIMIT_MS }).catch(() => undefined);
    },
  };
}

/** Passes every byte on but the marked line. */
class GroupFilter extends Transform {
  /** Undefined where the shell ended without a word of it. */
  readonly group: Promise<number | undefined>;
  #resolveGroup: (group: number | undefined) => void = () => undefined;
  readonly #mark: string;
  #preface = '';
  #searching = true;

  constructor(mark: string) {
    super();
    this.#mark = mark;
    this.group = new Promise((resolve) => (this.#resolveGroup = resolve));
    this.once('close', () => this.#resolveGroup(undefined));
  }

  /** `eval`, so that the shell's messages about the command count its lines as before. */
  announced(command: string): string {
    return `echo ${this.#mark} $$ >&2; eval '${command.replaceAll("'", "'\\''")}'`;
  }

  override _transform(piece: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#searching) this.#search(piece);
    else this.push(piece);
    done();
  }

  override _flush(done: TransformCallback): void {
    this.#release(this.#preface);
    done();
  }

  #search(piece: Buffer): void {
    // Latin-1 keeps every byte as it is.
    this.#preface += piece.toString('latin1');
    const line = new RegExp(`${this.#mark} (\\d+)\\n`).exec(this.#preface);
    if (line !== null) this.#resolveGroup(Number(line[1]));
    if (line !== null || this.#preface.length > LONGEST_PREFACE) {
      this.#release(this.#preface.replace(line?.[0] ?? '', ''));
    }
  }

  #release(text: string): void {
    this.#searching = false;
    this.#preface = '';
    if (text !== '') this.push(Buffer.from(text, 'latin1'));
  }
}
