import type { Stack } from '../../testbeds/exporters/vagrant/options.ts';
import type { ResolvedTestbed, Role } from '../../testbeds/resolved.ts';
import type { Topic } from '../../testbeds/sections.ts';
import { client } from './parts/client.ts';
import { gateway, keepalived } from './parts/classic-director.ts';
import { dhcpServer } from './parts/dhcp-server.ts';
import { director } from './parts/director.ts';
import { identity } from './parts/identity.ts';
import { nameServer } from './parts/name-server.ts';
import { machineNetwork } from './parts/machine-network.ts';
import { network } from './parts/network.ts';
import { outsideWorld } from './parts/outside-world.ts';
import { proxyServer } from './parts/proxy-server.ts';
import { realServer } from './parts/real-server.ts';
import { secureShell } from './parts/secure-shell.ts';
import { storageClient, storageServer } from './parts/storage.ts';
import { webServer } from './parts/web-server.ts';
import type { PartInput, Recipe, RecipeContext, RecipePart, RecipeStep } from './recipe.ts';

/** A part with what a document would call it. */
type NamedPart = readonly [topic: Topic | undefined, part: (input: PartInput) => RecipePart];

const roleParts: Record<Exclude<Role, 'director'>, readonly NamedPart[]> = {
  nas: [['storage', storageServer]],
  web: [['web', webServer]],
  dns: [['dns', nameServer]],
  client: [['client', client]],
  internet: [[undefined, outsideWorld]],
};

const directorParts: Record<Stack, readonly NamedPart[]> = {
  director: [
    ['dhcp', dhcpServer],
    ['director', director],
  ],
  classic: [
    ['gateway', gateway],
    ['dhcp', dhcpServer],
    ['proxy', proxyServer],
    ['director', keepalived],
  ],
};

/** One recipe for every node, in the testbed's order. Web and DNS servers need a director that has booted: it is their DHCP server. */
export function recipesFor(testbed: ResolvedTestbed, context: RecipeContext): Recipe[] {
  return testbed.nodes.map((node) => recipeFor({ testbed, node, context }));
}

function recipeFor(input: PartInput): Recipe {
  const { testbed, node, context } = input;
  const parts = partsOf(input).map(([topic, part]) =>
    withSection(part(input), topic && testbed.source.sections[topic]),
  );
  return {
    node: node.name,
    init: context.init,
    packages: [...new Set(parts.flatMap((part) => part.packages ?? []))],
    uploads: parts.flatMap((part) => part.uploads ?? []),
    install: parts.flatMap((part) => part.install ?? []),
    boot: parts.flatMap((part) => part.boot ?? []),
    ready: parts.flatMap((part) => part.ready ?? []),
  };
}

function withSection(part: RecipePart, section: string | undefined): RecipePart {
  if (section === undefined) return part;
  const named = (steps: readonly RecipeStep[] = []): RecipeStep[] => steps.map((step) => ({ section, ...step }));
  return { ...part, install: named(part.install), boot: named(part.boot) };
}

function partsOf({ testbed, node, context }: PartInput): readonly NamedPart[] {
  const usesStorage = testbed.storage.clients.includes(node.name);
  return [
    ['identity', identity],
    ['network', context.init === 'none' ? network : machineNetwork],
    ['ssh', secureShell],
    ...(usesStorage ? [['storageClient', storageClient] as const] : []),
    ...(node.role === 'director' ? directorParts[context.stack ?? 'director'] : roleParts[node.role]),
    ['director', realServer],
  ];
}
