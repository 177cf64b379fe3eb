import type { Duplex } from 'node:stream';
import ssh2 from 'ssh2';
import type { Client, ClientCallback, SFTPWrapper } from 'ssh2';
import { RelevoError } from '../contract/index.ts';
import { wrapChannel } from './channel.ts';
import { executeOn } from './execute.ts';
import type { NodeChannel, NodeConnection, TerminalSize } from './connection.ts';

export interface ConnectionRequest {
  readonly node: string;
  readonly transport: Duplex;
  /** OpenSSH text. */
  readonly privateKey: string;
  /** The server must show exactly this key. */
  readonly hostKey: Buffer;
}

/** Measured: 40 ms alone, 200 ms when nine nodes are connected at once; the rest is for a machine under load. */
const READY_LIMIT_MS = 15_000;

/** Opens an SSH connection over a stream. Rejects with NODE_NOT_RUNNING when no server answers. */
export async function openConnection(request: ConnectionRequest): Promise<NodeConnection> {
  const client = new ssh2.Client();
  await new Promise<void>((resolve, reject) => {
    client.once('ready', resolve);
    // ssh2 may report a second error after the first; one that nobody listens to would end the engine.
    client.on('error', (error) => reject(unreachable(request.node, error)));
    client.once('close', () => reject(unreachable(request.node)));
    client.connect({
      sock: request.transport,
      username: 'root',
      privateKey: request.privateKey,
      hostVerifier: (key: Buffer) => key.equals(request.hostKey),
      readyTimeout: READY_LIMIT_MS,
      // Compression and slow key exchanges buy nothing on a pipe inside one machine.
      algorithms: { kex: ['curve25519-sha256'], serverHostKey: ['ssh-ed25519'], compress: ['none'] },
    });
  });
  return new SshConnection(request.node, client);
}

function unreachable(node: string, cause?: unknown): RelevoError {
  return new RelevoError(
    'NODE_NOT_RUNNING',
    `The node "${node}" does not answer over SSH.`,
    { node, hint: `Start it again: relevo start ${node}.` },
    cause,
  );
}

class SshConnection implements NodeConnection {
  readonly node: string;
  readonly closed: Promise<void>;
  readonly #client: Client;
  /** Of calls that ssh2 has not answered yet. */
  readonly #pending = new Set<(error: RelevoError) => void>();
  #files: Promise<SFTPWrapper> | undefined;

  constructor(node: string, client: Client) {
    this.node = node;
    this.#client = client;
    this.closed = new Promise((resolve) => void client.once('close', resolve));
    client.once('close', () => {
      for (const reject of this.#pending) reject(unreachable(node));
    });
  }

  execute: NodeConnection['execute'] = async (command, options = {}) => {
    return executeOn(this.node, await this.open({ command }), { command, ...options });
  };

  async open(options: { readonly command?: string; readonly terminal?: TerminalSize }): Promise<NodeChannel> {
    const terminal =
      options.terminal === undefined
        ? undefined
        : { term: 'xterm-256color', cols: options.terminal.columns, rows: options.terminal.rows };
    return this.#call<NodeChannel>((done) => {
      // Wrapped within the answer: what a short command says may be in the same piece, its exit status too.
      const opened: ClientCallback = (error, channel) => {
        if (error) done(error, undefined as never);
        else done(undefined, wrapChannel(channel));
      };
      if (options.command === undefined) this.#client.shell(terminal ?? false, opened);
      else if (terminal === undefined) this.#client.exec(withStatus(options.command), opened);
      else this.#client.exec(options.command, { pty: terminal }, opened);
    });
  }

  openSocket(path: string): Promise<Duplex> {
    return this.#call<Duplex>((done) => this.#client.openssh_forwardOutStreamLocal(path, done));
  }

  async readFile(path: string): Promise<Buffer> {
    const files = await this.#sftp();
    return this.#call<Buffer>((done) => files.readFile(path, done));
  }

  async writeFile(path: string, data: Uint8Array, mode = 0o644): Promise<void> {
    const files = await this.#sftp();
    await this.#call<undefined>((done) =>
      files.writeFile(path, Buffer.from(data), { mode }, (error) => done(error ?? undefined, undefined)),
    );
  }

  close(): void {
    this.#client.end();
  }

  #sftp(): Promise<SFTPWrapper> {
    this.#files ??= this.#call<SFTPWrapper>((done) => this.#client.sftp(done));
    return this.#files;
  }

  /** One of ssh2's callback methods as a promise that also ends when the connection does. */
  #call<T>(start: (done: (error: Error | undefined, value: T) => void) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#pending.add(reject);
      const settle = (): void => void this.#pending.delete(reject);
      try {
        start((error, value) => {
          settle();
          if (error) reject(refused(this.node, error));
          else resolve(value);
        });
      } catch (error) {
        settle();
        reject(unreachable(this.node, error));
      }
    });
  }
}

/**
 * A process closes its output an instant before its parent is told of its end. In that instant sshd, when our side has sent
 * its last byte too, closes the channel without the exit status (seen once in some hundred commands). So something holds the
 * output open until sshd has taken the shell's status: until then its process can still be signalled, dead as it is.
 */
function withStatus(command: string): string {
  return `(\n${command}\n)\nrelevo_status=$?\n(while sleep 0.01 && kill -0 $$; do :; done 2>/dev/null &)\nexit $relevo_status`;
}

function refused(node: string, error: Error): RelevoError {
  return new RelevoError('INTERNAL', `The node "${node}" refused: ${error.message}.`, { node }, error);
}
