import { z } from 'zod';
import { differencesSchema, undeclaredDifferences } from './differences.ts';
import { localizedSchema } from './localized.ts';
import { proxySchema } from './proxy.ts';
import { sectionsSchema } from './sections.ts';

/**
 * A testbed with every default filled in and every reference checked: what a lab is started from, what is saved beside it,
 * and what it is destroyed from. Names are keys of one flat list each, in the order of the file.
 */

export const resolvedInterfaceSchema = z.object({
  name: z.string(),
  network: z.string(),
  /** Always set: taken from the file, or made from the lab's own rule so that it is the same at every start. */
  mac: z.string(),
  address: z.string(),
  prefixLength: z.number().int(),
  method: z.enum(['static', 'dhcp']),
  mtu: z.number().int(),
  gateway: z.string().optional(),
  nameServers: z.array(z.string()),
});
export type ResolvedInterface = z.infer<typeof resolvedInterfaceSchema>;

export const roleSchema = z.enum(['director', 'web', 'dns', 'nas', 'client', 'internet']);
export type Role = z.infer<typeof roleSchema>;

export const resolvedNodeSchema = z.object({
  name: z.string(),
  role: roleSchema,
  title: localizedSchema,
  /** Other names, each a CNAME record of the testbed's domain. */
  aliases: z.array(z.string()),
  /** The names on the node's line of the hosts file; the first one also appears with the suffix. */
  hostNames: z.array(z.string()),
  interfaces: z.array(resolvedInterfaceSchema),
  machine: z.object({ memory: z.number(), disk: z.number(), processors: z.number().int().optional() }),
});
export type ResolvedNode = z.infer<typeof resolvedNodeSchema>;

export const resolvedNetworkSchema = z.object({
  name: z.string(),
  title: localizedSchema,
  kind: z.enum(['nat', 'internal']),
  cidr: z.string(),
  mtu: z.number().int(),
});
export type ResolvedNetwork = z.infer<typeof resolvedNetworkSchema>;

export const resolvedVrrpSchema = z.object({
  version: z.union([z.literal(2), z.literal(3)]),
  syncGroup: z.string(),
  authentication: z.object({ type: z.literal('PASS'), password: z.string() }).optional(),
  /** Seconds. */
  advertInterval: z.number(),
  /** The instance that the connection synchronisation follows; absent: none is sent. */
  connectionSync: z.string().optional(),
  routers: z.array(z.object({ node: z.string(), state: z.enum(['MASTER', 'BACKUP']), priority: z.number().int() })),
  instances: z.array(
    z.object({ name: z.string(), vrid: z.number().int(), network: z.string(), virtualAddresses: z.array(z.string()) }),
  ),
});
export type ResolvedVrrp = z.infer<typeof resolvedVrrpSchema>;

export const resolvedVirtualServiceSchema = z.object({
  address: z.string(),
  port: z.number().int(),
  protocol: z.enum(['TCP', 'UDP']),
  scheduler: z.string(),
  forwarding: z.enum(['NAT', 'DR', 'TUN']),
  realServers: z.array(
    z.object({ node: z.string(), address: z.string(), port: z.number().int(), weight: z.number().int() }),
  ),
  check: z.object({ type: z.literal('TCP_CHECK'), interval: z.number(), connectTimeout: z.number() }),
});
export type ResolvedVirtualService = z.infer<typeof resolvedVirtualServiceSchema>;

export const probeTargetSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('http'), name: z.string(), url: z.string() }),
  z.object({ kind: z.literal('dns'), name: z.string(), server: z.string(), query: z.string() }),
]);
export type ProbeTarget = z.infer<typeof probeTargetSchema>;

export const resolvedDrillSchema = z.object({
  name: z.string(),
  kind: z.literal('kill-master'),
  title: localizedSchema,
  description: localizedSchema,
  victim: z.string(),
  client: z.string(),
  probes: z.array(probeTargetSchema),
});
export type ResolvedDrill = z.infer<typeof resolvedDrillSchema>;

export const resolvedTestbedSchema = z.object({
  id: z.string(),
  title: localizedSchema,
  description: localizedSchema,
  source: z.object({
    title: z.string(),
    author: z.string(),
    year: z.string(),
    file: z.string(),
    sections: sectionsSchema.default({}),
  }),
  domain: z.string(),
  hostsSuffix: z.string(),
  networks: z.array(resolvedNetworkSchema),
  nodes: z.array(resolvedNodeSchema),
  dhcp: z.object({
    network: z.string(),
    range: z.tuple([z.string(), z.string()]),
    router: z.string(),
    nameServer: z.string(),
    mtu: z.number().int(),
  }),
  dns: z.object({
    serial: z.number().int(),
    forwarders: z.array(z.string()),
    ttl: z.number().int(),
    refresh: z.number().int(),
    retry: z.number().int(),
    expire: z.number().int(),
  }),
  storage: z.object({
    node: z.string(),
    directory: z.string(),
    export: z.string(),
    mountPoint: z.string(),
    clients: z.array(z.string()),
    /** What lies in the directory at first, with its text, so that a saved testbed needs no other file. */
    files: z.array(z.object({ path: z.string(), content: z.string() })),
  }),
  web: z.object({ documentRoot: z.string() }),
  vrrp: resolvedVrrpSchema,
  virtualServices: z.array(resolvedVirtualServiceSchema),
  proxy: proxySchema.optional(),
  outsideWorld: z.object({
    node: z.string(),
    resolvers: z.array(z.string()),
    records: z.array(
      z.union([
        z.object({ name: z.string(), address: z.string() }),
        z.object({ name: z.string(), canonicalName: z.string() }),
      ]),
    ),
  }),
  drills: z.array(resolvedDrillSchema),
  differences: differencesSchema.default(undeclaredDifferences),
});
export type ResolvedTestbed = z.infer<typeof resolvedTestbedSchema>;
