import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';

interface Raw {
  id: string;
  nodes: Record<string, unknown>;
  storage: { clients: string[] };
  virtualServices: { realServers: string[] }[];
  proxy?: { backends?: { servers?: (string | { node?: string })[] }[] };
}

/**
 * Writes a testbed beside another one, with only some of its nodes: what a machine that emulates processors can carry. Whoever
 * names a node that is left out names it no more.
 */
export function cutTestbed(testbeds: string, original: string, id: string, nodes: readonly string[]): void {
  const folder = join(testbeds, id);
  cpSync(join(testbeds, original), folder, { recursive: true });
  const file = join(folder, 'testbed.yaml');
  const document = parseDocument(readFileSync(file, 'utf8'));
  const raw = document.toJS() as Raw;
  const isLeft = (node: string): boolean => !nodes.includes(node);
  document.set('id', id);
  for (const node of Object.keys(raw.nodes)) if (isLeft(node)) document.deleteIn(['nodes', node]);
  document.setIn(
    ['storage', 'clients'],
    raw.storage.clients.filter((node) => !isLeft(node)),
  );
  for (const [index, { realServers }] of raw.virtualServices.entries())
    document.setIn(
      ['virtualServices', index, 'realServers'],
      realServers.filter((node) => !isLeft(node)),
    );
  for (const [index, { servers = [] }] of (raw.proxy?.backends ?? []).entries())
    document.setIn(
      ['proxy', 'backends', index, 'servers'],
      servers.filter((server) => !isLeft(typeof server === 'string' ? server : (server.node ?? ''))),
    );
  writeFileSync(file, document.toString());
}
