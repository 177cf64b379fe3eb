import { RelevoError } from '../contract/index.ts';
import type { LabRuntime } from '../providers/provider.ts';
import type { NodeConnection } from '../ssh/connection.ts';
import { publicKeyBlob } from '../ssh/keys.ts';
import { openConnection } from '../ssh/open-connection.ts';
import type { LabRecord } from './lab-record.ts';

const PATIENCE_MS = 60_000;
const RETRY_MS = 500;

/** One SSH connection a node, opened when first asked for and again after it was lost. */
export class NodeConnections {
  readonly #runtime: LabRuntime;
  readonly #keys: LabRecord['keys'];
  readonly #open = new Map<string, Promise<NodeConnection>>();

  constructor(runtime: LabRuntime, keys: LabRecord['keys']) {
    this.#runtime = runtime;
    this.#keys = keys;
  }

  /** @throws RelevoError UNKNOWN_NODE, NODE_NOT_RUNNING, NODE_FROZEN */
  async get(node: string): Promise<NodeConnection> {
    this.#check(node);
    const known = this.#open.get(node);
    if (known !== undefined) return known;
    const opening = this.#connect(node);
    this.#open.set(node, opening);
    const forget = (): void => {
      if (this.#open.get(node) === opening) this.#open.delete(node);
    };
    opening.then((connection) => connection.closed.then(forget), forget);
    return opening;
  }

  /** A machine that has just booted is still starting daemons, and may refuse or keep waiting whoever comes first. */
  async getSoon(node: string): Promise<NodeConnection> {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      try {
        return await this.get(node);
      } catch (error) {
        const isOn = this.#runtime.nodes().some((status) => status.node === node && status.power === 'on');
        if (!isOn || Date.now() > end) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  /** The node died: what was open to it will not answer any more, and may take its time to notice. */
  drop(node: string): void {
    const opening = this.#open.get(node);
    this.#open.delete(node);
    opening?.then(
      (connection) => connection.close(),
      () => undefined,
    );
  }

  closeAll(): void {
    for (const node of [...this.#open.keys()]) this.drop(node);
  }

  async #connect(node: string): Promise<NodeConnection> {
    const { engine, host } = this.#keys;
    const transport = this.#runtime.openTransport(node);
    return openConnection({ node, transport, privateKey: engine.privateKey, hostKey: publicKeyBlob(host.publicKey) });
  }

  #check(node: string): void {
    const status = this.#runtime.nodes().find((candidate) => candidate.node === node);
    if (status === undefined) throw new RelevoError('UNKNOWN_NODE', `The lab has no node "${node}".`, { node });
    if (status.power === 'off' || status.power === 'suspended') {
      throw new RelevoError('NODE_NOT_RUNNING', `The node "${node}" is ${status.power}.`, {
        node,
        hint: `Start it: relevo start ${node}.`,
      });
    }
    if (status.power === 'booting') {
      // Until it has booted its process 1 may still be in this machine's own file tree, and so would we.
      throw new RelevoError('NODE_NOT_RUNNING', `The node "${node}" is still booting.`, {
        node,
        hint: 'Try again in a moment.',
      });
    }
    if (status.power === 'frozen') {
      throw new RelevoError('NODE_FROZEN', `The node "${node}" is frozen.`, {
        node,
        hint: `Thaw it: relevo start ${node}.`,
      });
    }
  }
}
