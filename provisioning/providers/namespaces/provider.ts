import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { RelevoError } from '../../contract/index.ts';
import type { LabAccess, LabRuntime, NodeRuntimeStatus, Provider } from '../provider.ts';
import type { LabSpecification } from '../specification.ts';
import { namespacesAvailability } from './availability.ts';
import { ensureBaseLayer, tidyBaseLayers } from './base-layer.ts';
import { createCgroup, labCgroup, removeLabCgroup } from './cgroup.ts';
import type { HolderClient } from './holder-client.ts';
import { endHolder, findHolder, launchHolder } from './holder-process.ts';
import type { HolderNode } from './holder/protocol.ts';
import { writeNodeAccess } from './node-access.ts';
import type { NamespacesSpecification } from './specification.ts';
import { specify } from './specify.ts';
import { openNodeTransport } from './transport.ts';

export interface NamespacesOptions {
  /** Where base layers are kept. */
  readonly baseDirectory: string;
  /** The bundled holder program. */
  readonly holderProgram: string;
  /** The programs that nodes see in /opt/relevo/lib. */
  readonly nodeLibrary: string;
}

/** Labs of Linux namespaces on this machine. */
export function createNamespacesProvider(options: NamespacesOptions): Provider {
  return {
    name: 'namespaces',
    availability: namespacesAvailability,
    adapt: (testbed) => testbed,
    specify,
    prepare: async (specification, packages, onProgress, signal) => {
      const { base, built } = await ensureBaseLayer({
        directory: options.baseDirectory,
        packages,
        onProgress,
        signal,
      });
      return {
        built,
        what: `the base layer ${base}`,
        specification: { ...expectNamespaces(specification), base },
      };
    },
    create: (specification, access) => create(expectNamespaces(specification), access, options),
    attach: async (specification) => {
      const client = await findHolder(specification.directory);
      return client === undefined ? undefined : new NamespacesRuntime(expectNamespaces(specification), client);
    },
    destroy,
    tidy: () => tidyBaseLayers(options.baseDirectory),
  };
}

function expectNamespaces(specification: LabSpecification): NamespacesSpecification {
  if (specification.provider === 'namespaces') return specification;
  throw new RelevoError('INTERNAL', `The lab "${specification.lab}" is not one of namespaces.`);
}

async function create(
  lab: NamespacesSpecification,
  access: LabAccess,
  options: NamespacesOptions,
): Promise<LabRuntime> {
  checkOverlayPaths([lab.directory, lab.base]);
  const cgroup = labCgroup(lab.id);
  await writeNodeAccess(lab, access);
  if (cgroup !== undefined) createCgroup(cgroup);
  const client = await launchHolder(
    {
      lab,
      nodeProgram: process.execPath,
      nodeLibrary: options.nodeLibrary,
      ...(cgroup === undefined ? {} : { cgroup }),
    },
    options.holderProgram,
  );
  return new NamespacesRuntime(lab, client);
}

/** The kernel separates an overlay's options by commas and its layers by colons. */
function checkOverlayPaths(paths: readonly string[]): void {
  const unusable = paths.find((path) => /[,:\\]/.test(path));
  if (unusable === undefined) return;
  throw new RelevoError(
    'INVALID_INPUT',
    `Nodes cannot be kept in ${unusable}: a comma, colon or backslash in a path cannot be mounted.`,
    {
      hint: 'Set RELEVO_STATE and RELEVO_CACHE to directories without them.',
    },
  );
}

async function destroy(lab: LabSpecification): Promise<void> {
  await endHolder(lab.directory);
  const cgroup = labCgroup(lab.id);
  if (cgroup !== undefined) await removeLabCgroup(cgroup);
  await rm(lab.directory, { recursive: true, force: true });
}

class NamespacesRuntime implements LabRuntime {
  readonly #lab: NamespacesSpecification;
  readonly #client: HolderClient;

  constructor(lab: NamespacesSpecification, client: HolderClient) {
    this.#lab = lab;
    this.#client = client;
  }

  nodes = (): NodeRuntimeStatus[] => this.#client.nodes().map(withoutPid);

  startNode(node: string): Promise<void> {
    return this.#request({ method: 'start', node });
  }

  async haltNode(node: string, ask: () => Promise<void>): Promise<void> {
    await ask();
    await this.killNode(node);
  }

  killNode(node: string): Promise<void> {
    return this.#request({ method: 'kill', node });
  }

  freezeNode(node: string): Promise<void> {
    return this.#request({ method: 'freeze', node });
  }

  thawNode(node: string): Promise<void> {
    return this.#request({ method: 'thaw', node });
  }

  cutLink(node: string, network: string): Promise<void> {
    return this.#request({ method: 'cut', node, network });
  }

  restoreLink(node: string, network: string): Promise<void> {
    return this.#request({ method: 'restore', node, network });
  }

  commit(): Promise<void> {
    return this.#client.request({ method: 'commit' });
  }

  openTransport(name: string): Duplex {
    const { pid, power } = this.#client.node(name);
    if (pid === undefined) {
      throw new RelevoError('NODE_NOT_RUNNING', `The node "${name}" is ${power}.`, {
        node: name,
        hint: `Start it: relevo start ${name}.`,
      });
    }
    const cgroup = labCgroup(this.#lab.id);
    return openNodeTransport(pid, cgroup === undefined ? undefined : join(cgroup, name));
  }

  onChange(listener: (status: NodeRuntimeStatus) => void): () => void {
    return this.#client.onNode((node) => listener(withoutPid(node)));
  }

  onLost(listener: (reason: string) => void): () => void {
    let listening = true;
    void this.#client.lost.then(() => {
      if (listening) listener('The process that holds the lab ended.');
    });
    return () => {
      listening = false;
    };
  }

  detach(): void {
    this.#client.leave();
  }

  async #request(request: Parameters<HolderClient['request']>[0] & { node: string }): Promise<void> {
    try {
      await this.#client.request(request);
    } catch (error) {
      if (!(error instanceof RelevoError)) throw error;
      throw new RelevoError(
        error.code,
        error.message,
        { lab: this.#lab.lab, node: request.node, ...error.detail },
        error,
      );
    }
  }
}

function withoutPid({ node, power, cut, bootStatus }: HolderNode): NodeRuntimeStatus {
  return { node, power, cut, bootStatus };
}
