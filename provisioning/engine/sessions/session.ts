import { finished } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import type { EventPayload, MethodOutput } from '../../contract/index.ts';
import type { ChannelExit, NodeChannel, TerminalSize } from '../../ssh/connection.ts';
import type { RpcClient } from '../rpc/client.ts';
import { HIGH_WATER } from '../rpc/socket-client.ts';
import { OutputHistory } from './output-history.ts';

/** As the contract promises: what `session.attach` shows at most. */
const HISTORY_BYTES = 256 * 1024;
/** One event carries this much at most, so that other events are not stuck behind a long one. */
const PIECE_BYTES = 64 * 1024;

export interface SessionFacts {
  readonly session: string;
  readonly lab: string;
  readonly node: string;
  readonly command?: string;
  readonly openedAt: number;
  /** A terminal outlives the client that opened it; a plain command ends with it. */
  readonly terminal: boolean;
  readonly opener: RpcClient;
}

export interface SessionEnding {
  readonly onEnd: (session: Session) => void;
  /** Ends what runs on the node, where closing the channel does not. Never rejects. */
  readonly endCommand: (() => Promise<void>) | undefined;
}

/**
 * One command or login shell on a node, owned by the engine: windows come and go, it stays.
 *
 * A terminal runs from the start and its history is kept. A plain command's output is not read before somebody is attached,
 * so that every byte of both streams reaches the one who asked for it.
 */
export class Session {
  readonly facts: SessionFacts;
  readonly #channel: NodeChannel;
  readonly #attached = new Set<RpcClient>();
  readonly #history = new OutputHistory(HISTORY_BYTES);
  readonly #ending: SessionEnding;
  #flowing = false;
  #held = new Set<RpcClient>();
  #exit: EventPayload<'session-exit'> | undefined;

  constructor(facts: SessionFacts, channel: NodeChannel, ending: SessionEnding) {
    this.facts = facts;
    this.#channel = channel;
    this.#ending = ending;
    // A command that closed its input early is told apart by its exit status, not by our failed write.
    channel.stdin.on('error', () => undefined);
    if (facts.terminal) this.#flow();
    channel.exited.then(
      (exit) => this.#finish(exit),
      (error: unknown) => this.#conclude({ session: facts.session, reason: String(error) }),
    );
  }

  get closed(): boolean {
    return this.#exit !== undefined;
  }

  /** Whether anybody ever got its output; a plain command runs only then. */
  get wasAttached(): boolean {
    return this.#flowing;
  }

  attach(client: RpcClient): MethodOutput<'session.attach'> {
    const history = this.#history.contents().toString('base64');
    if (this.#exit === undefined) this.#attached.add(client);
    else queueMicrotask(() => this.#tellExit(client));
    this.#flow();
    return { node: this.facts.node, history, closed: this.closed };
  }

  detach(client: RpcClient): void {
    this.#attached.delete(client);
    this.#letGo(client);
  }

  /** Resolves when the node has room for more. */
  async write(data: Buffer): Promise<void> {
    const { stdin } = this.#channel;
    if (this.closed || stdin.destroyed || stdin.writableEnded || stdin.write(data)) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        stdin.off('drain', done).off('close', done).off('error', done);
        resolve();
      };
      stdin.on('drain', done).on('close', done).on('error', done);
    });
  }

  end(): void {
    if (!this.closed) this.#channel.stdin.end();
  }

  resize(size: TerminalSize): void {
    if (!this.closed) this.#channel.resize(size);
  }

  async close(reason: string): Promise<void> {
    const running = !this.closed;
    this.#conclude({ session: this.facts.session, reason });
    // First the command: it can be ended only while its channel is open.
    if (running) await this.#ending.endCommand?.();
    this.#channel.close();
  }

  #flow(): void {
    if (this.#flowing) return;
    this.#flowing = true;
    this.#channel.stdout.on('data', (data: Buffer) => this.#output('stdout', data));
    this.#channel.stderr.on('data', (data: Buffer) => this.#output('stderr', data));
  }

  #output(stream: 'stdout' | 'stderr', data: Buffer): void {
    if (this.closed) return;
    if (this.facts.terminal) this.#history.append(data);
    for (let offset = 0; offset < data.length; offset += PIECE_BYTES) {
      const piece = data.subarray(offset, offset + PIECE_BYTES).toString('base64');
      const payload = { session: this.facts.session, stream, data: piece };
      for (const client of this.#attached) client.send({ event: 'session-output', payload });
    }
    for (const client of this.#attached) if (client.buffered > HIGH_WATER) this.#holdFor(client);
  }

  /** The node may not say more before this client has read what it was sent. */
  #holdFor(client: RpcClient): void {
    if (this.#held.has(client)) return;
    this.#held.add(client);
    this.#channel.stdout.pause();
    this.#channel.stderr.pause();
    client.onceDrained(() => this.#letGo(client));
  }

  #letGo(client: RpcClient): void {
    if (!this.#held.delete(client) || this.#held.size > 0) return;
    this.#channel.stdout.resume();
    this.#channel.stderr.resume();
  }

  async #finish(exit: ChannelExit): Promise<void> {
    const { stdout, stderr } = this.#channel;
    if (exit.lost !== true) await Promise.all([ended(stdout), ended(stderr)]);
    const { session, node } = this.facts;
    this.#conclude({
      session,
      ...(exit.exitCode === undefined ? {} : { exitCode: exit.exitCode }),
      ...(exit.signal === undefined ? {} : { signal: exit.signal }),
      ...(exit.lost === true ? { reason: `The connection to ${node} broke: the node is off, or was restarted.` } : {}),
    });
  }

  #conclude(exit: EventPayload<'session-exit'>): void {
    if (this.#exit !== undefined) return;
    this.#exit = exit;
    for (const client of this.#attached) this.#tellExit(client);
    this.#attached.clear();
    this.#ending.onEnd(this);
  }

  #tellExit(client: RpcClient): void {
    if (this.#exit !== undefined) client.send({ event: 'session-exit', payload: this.#exit });
  }
}

/** Resolves when everything was read, or nothing more can come. */
async function ended(stream: Readable): Promise<void> {
  await finished(stream, { writable: false }).catch(() => undefined);
}
