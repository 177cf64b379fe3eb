import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { RelevoError } from '../../contract/index.ts';
import type { ErrorDetail } from '../../contract/index.ts';
import { deferred } from '../../process/deferred.ts';
import type { Deferred } from '../../process/deferred.ts';
import { holderMessageSchema } from './holder/protocol.ts';
import type { HolderMessage, HolderNode, HolderRequest } from './holder/protocol.ts';

/** A holder answers in a millisecond; one that is stopped must not stop the engine. */
const HELLO_LIMIT_MS = 3000;

type RequestWithoutId = HolderRequest extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never;

/** The engine's end of the conversation with one holder. */
export class HolderClient {
  readonly #socket: Socket;
  readonly #pending = new Map<number, Deferred<undefined>>();
  readonly #nodes = new Map<string, HolderNode>();
  readonly #listeners = new Set<(node: HolderNode) => void>();
  readonly #lost = deferred<undefined>();
  #nextId = 1;
  #left = false;
  #isClosed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    createInterface({ input: socket }).on('line', (line) => this.#receive(holderMessageSchema.parse(JSON.parse(line))));
    socket.on('error', () => undefined);
    socket.on('close', () => this.#closed());
  }

  static async connect(path: string): Promise<HolderClient> {
    const socket = connect(path);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    const client = new HolderClient(socket);
    const timer = setTimeout(() => socket.destroy(), HELLO_LIMIT_MS);
    await client.request({ method: 'hello' }).finally(() => clearTimeout(timer));
    return client;
  }

  nodes(): HolderNode[] {
    return [...this.#nodes.values()];
  }

  node(name: string): HolderNode {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new RelevoError('UNKNOWN_NODE', `The lab has no node "${name}".`, { node: name });
    return node;
  }

  onNode(listener: (node: HolderNode) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Resolves when the holder is gone without having been left or told to go. */
  get lost(): Promise<undefined> {
    return this.#lost.promise;
  }

  async request(request: RequestWithoutId): Promise<void> {
    if (this.#isClosed) throw holderLost();
    const id = this.#nextId++;
    const pending = deferred<undefined>();
    this.#pending.set(id, pending);
    this.#socket.write(`${JSON.stringify({ ...request, id })}\n`);
    await pending.promise;
  }

  /** Closes the conversation; the holder and its lab live on if the lab was committed. */
  leave(): void {
    this.#left = true;
    this.#socket.destroy();
  }

  #receive(message: HolderMessage): void {
    switch (message.type) {
      case 'node':
        this.#update(message.node);
        return;
      case 'answer':
        message.nodes.forEach((node) => this.#nodes.set(node.node, node));
        this.#settle(message.id)?.resolve(undefined);
        return;
      case 'refusal':
        this.#settle(message.id)?.reject(refusal(message));
    }
  }

  #update(node: HolderNode): void {
    this.#nodes.set(node.node, node);
    for (const listener of this.#listeners) listener(node);
  }

  #settle(id: number): Deferred<undefined> | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #closed(): void {
    this.#isClosed = true;
    for (const pending of this.#pending.values()) pending.reject(holderLost());
    this.#pending.clear();
    if (!this.#left) this.#lost.resolve(undefined);
  }
}

function holderLost(): RelevoError {
  const message = 'The process that holds the lab is gone, and the lab with it.';
  return new RelevoError('HOLDER_LOST', message, { hint: 'Start the lab again.' });
}

function refusal(message: Extract<HolderMessage, { type: 'refusal' }>): RelevoError {
  const detail: ErrorDetail = {
    ...(message.command === undefined ? {} : { command: message.command }),
    ...(message.output === undefined ? {} : { output: message.output }),
  };
  return new RelevoError('INTERNAL', message.message, detail);
}
