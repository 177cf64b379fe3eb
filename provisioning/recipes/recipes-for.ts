import type { ResolvedNode, ResolvedTestbed, Role } from '../../testbeds/resolved.ts';
import { client } from './parts/client.ts';
import { dhcpServer } from './parts/dhcp-server.ts';
import { director } from './parts/director.ts';
import { identity } from './parts/identity.ts';
import { nameServer } from './parts/name-server.ts';
import { network } from './parts/network.ts';
import { outsideWorld } from './parts/outside-world.ts';
import { realServer } from './parts/real-server.ts';
import { secureShell } from './parts/secure-shell.ts';
import { storageClient, storageServer } from './parts/storage.ts';
import { webServer } from './parts/web-server.ts';
import type { PartInput, Recipe, RecipeContext, RecipePart } from './recipe.ts';

const roleParts: Record<Role, readonly ((input: PartInput) => RecipePart)[]> = {
  nas: [storageServer],
  director: [dhcpServer, director],
  web: [webServer],
  dns: [nameServer],
  client: [client],
  internet: [outsideWorld],
};

/** One recipe for every node, in the testbed's order. Web and DNS servers need a director that has booted: it is their DHCP server. */
export function recipesFor(testbed: ResolvedTestbed, context: RecipeContext): Recipe[] {
  return testbed.nodes.map((node) => recipeFor({ testbed, node, context }));
}

function recipeFor(input: PartInput): Recipe {
  const { node, context } = input;
  const parts = partsOf(input.testbed, node).map((part) => part(input));
  return {
    node: node.name,
    init: context.init,
    packages: [...new Set(parts.flatMap((part) => part.packages ?? []))],
    install: parts.flatMap((part) => part.install ?? []),
    boot: parts.flatMap((part) => part.boot ?? []),
    ready: parts.flatMap((part) => part.ready ?? []),
  };
}

function partsOf(testbed: ResolvedTestbed, node: ResolvedNode): ((input: PartInput) => RecipePart)[] {
  const usesStorage = testbed.storage.clients.includes(node.name);
  return [identity, network, secureShell, ...(usesStorage ? [storageClient] : []), ...roleParts[node.role], realServer];
}
