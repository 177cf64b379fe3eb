import { z } from 'zod';
import { differencesSchema } from './differences.ts';
import { localizedSchema } from './localized.ts';
import { proxySchema } from './proxy.ts';
import { sectionsSchema } from './sections.ts';

/**
 * A testbed as it is written in a file: version 1 of the format. Data only. `resolve.ts` turns it into the form that the
 * rest of the house uses, with every default filled in and every reference checked.
 */

const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/, 'lower-case letters, digits and hyphens, a letter first, at most 31 characters');
const ipv4 = z.ipv4();
const cidr = z.cidrv4();
const mac = z.string().regex(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i, 'six pairs of hexadecimal digits with colons between');
const absolutePath = z.string().regex(/^(\/[\w.-]+)+$/, 'an absolute path of letters, digits, ".", "_" and "-"');
const relativePath = z
  .string()
  .regex(
    /^(?!\.\.?(\/|$))[\w.-]+(\/(?!\.\.?(\/|$))[\w.-]+)*$/,
    'a relative path without ".." of letters, digits, ".", "_" and "-"',
  );
const domainName = z
  .string()
  .max(253)
  .regex(
    /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i,
    'a domain name without a dot at its end',
  );
/** Those of the kernel (net/netfilter/ipvs). */
const schedulers = [
  'rr',
  'wrr',
  'lc',
  'wlc',
  'lblc',
  'lblcr',
  'dh',
  'sh',
  'sed',
  'nq',
  'mh',
  'fo',
  'ovf',
  'twos',
] as const;
const port = z.number().int().min(1).max(65535);

const networkSchema = z.strictObject({
  title: localizedSchema,
  /** VirtualBox's words: `nat` has a way out, `internal` has none (document section 3.1). */
  kind: z.enum(['nat', 'internal']),
  cidr,
  mtu: z.number().int().min(576).max(9216).default(1500),
});

const interfaceSchema = z.strictObject({
  /** The name inside the node: eth0, eth1, … */
  name: z.string().regex(/^eth\d$/, 'eth0 to eth9'),
  network: name,
  mac: mac.optional(),
  /** A static address, or `dhcp` with the lease that the testbed's DHCP server must give. */
  address: z.union([z.strictObject({ static: ipv4 }), z.strictObject({ dhcp: ipv4 })]),
  gateway: ipv4.optional(),
  nameServers: z.array(ipv4).default([]),
});

const nodeSchema = z.strictObject({
  role: z.enum(['director', 'web', 'dns', 'nas', 'client', 'internet']),
  title: localizedSchema.optional(),
  /** Other names of this node: each becomes a CNAME record. */
  aliases: z.array(name).default([]),
  /**
   * The names on this node's line of the hosts file, in order; the first also appears with the suffix. By default the node's
   * own name and then its aliases.
   */
  hostNames: z.array(name).min(1).optional(),
  interfaces: z.array(interfaceSchema).min(1),
  /** What a virtual machine provider gives the node: memory in MiB, disk in GiB; one processor unless it says more. */
  machine: z.strictObject({
    memory: z.number().int().min(64),
    disk: z.number().int().min(1),
    processors: z.number().int().min(1).max(32).optional(),
  }),
});

const vrrpSchema = z.strictObject({
  syncGroup: z.string().regex(/^\w+$/, 'letters, digits and "_"'),
  /** The field on the wire has eight octets (RFC 2338 section 5.3.10); keepalived cuts longer passwords off. */
  authentication: z
    .strictObject({
      type: z.literal('PASS'),
      password: z.string().regex(/^[!-~]{1,8}$/, 'one to eight printable characters without spaces'),
    })
    .optional(),
  /** Seconds between advertisements. Below 1 s the instances speak VRRP 3, which has no authentication. */
  advertInterval: z.number().min(0.01).max(40).default(1),
  /**
   * The instance whose MASTER sends its connection entries to the others, over the instance's own network, so that connections
   * outlive it (keepalived's lvs_sync_daemon).
   */
  connectionSync: z.string().optional(),
  /** Node → initial state and priority, the same for every instance. */
  routers: z.record(
    name,
    z.strictObject({ state: z.enum(['MASTER', 'BACKUP']), priority: z.number().int().min(1).max(254) }),
  ),
  instances: z.array(
    z.strictObject({
      name: z.string().regex(/^\w+$/, 'letters, digits and "_"'),
      vrid: z.number().int().min(1).max(255),
      network: name,
      virtualAddresses: z.array(ipv4).min(1),
    }),
  ),
});

const virtualServiceSchema = z.strictObject({
  address: ipv4,
  port,
  protocol: z.enum(['TCP', 'UDP']),
  scheduler: z.enum(schedulers),
  /** keepalived's lb_kind. With DR and TUN the real servers hold the virtual address too, and answer clients themselves. */
  forwarding: z.enum(['NAT', 'DR', 'TUN']),
  /** Names of nodes; their address on the inner network is the real server's. */
  realServers: z.array(name).min(1),
  weight: z.number().int().min(0).default(1),
  check: z.strictObject({
    type: z.literal('TCP_CHECK'),
    /** Seconds between checks (keepalived's delay_loop). */
    interval: z.number().positive(),
    /** Seconds until a connection attempt counts as failed. */
    connectTimeout: z.number().positive(),
  }),
});

const dnsSchema = z.strictObject({
  serial: z.number().int().min(1).max(4294967295),
  forwarders: z.array(ipv4),
  /** Seconds: the zone's default time to live, and how long an answer "no such name" is kept. */
  ttl: z.number().int().positive(),
  /** Seconds, for secondary servers (RFC 1035 section 3.3.13). */
  refresh: z.number().int().positive().default(28800),
  retry: z.number().int().positive().default(3600),
  expire: z.number().int().positive().default(604800),
});

const storageSchema = z.strictObject({
  node: name,
  /** The directory that holds the files. */
  directory: absolutePath,
  /** The name under which it is exported. */
  export: absolutePath,
  mountPoint: absolutePath,
  clients: z.array(name),
  /** What lies in the directory at first: path in it → file in the testbed's own folder. */
  files: z.record(relativePath, relativePath).default({}),
});

const outsideWorldSchema = z.strictObject({
  /** The node that plays the outside world. */
  node: name,
  /** Public resolvers' addresses which that node answers for. */
  resolvers: z.array(ipv4),
  /** Records that it serves. */
  records: z.array(
    z.union([
      z.strictObject({ name: domainName, address: ipv4 }),
      z.strictObject({ name: domainName, canonicalName: domainName }),
    ]),
  ),
});

const drillSchema = z.strictObject({
  kind: z.literal('kill-master'),
  title: localizedSchema,
  description: localizedSchema,
  /** The node that loses its power. */
  victim: name,
  /** Where the probe runs. */
  client: name,
  probes: z.array(
    z.union([
      z.strictObject({ name: z.string(), http: z.url() }),
      z.strictObject({ name: z.string(), dns: z.strictObject({ server: ipv4, query: z.string() }) }),
    ]),
  ),
});

export const testbedSchema = z.strictObject({
  relevo: z.literal(1),
  id: name,
  title: localizedSchema,
  description: localizedSchema,
  /** The document that this testbed comes from. */
  source: z.strictObject({
    title: z.string(),
    author: z.string(),
    year: z.string(),
    file: z.string(),
    sections: sectionsSchema.default({}),
  }),
  networks: z.record(name, networkSchema),
  nodes: z.record(name, nodeSchema),
  domain: domainName,
  /** Suffix of the long host names in the hosts file (`cluster1.cluster`). */
  hostsSuffix: domainName,
  dhcp: z.strictObject({
    network: name,
    range: z.tuple([ipv4, ipv4]),
    router: ipv4,
    nameServer: ipv4,
    mtu: z.number().int(),
  }),
  dns: dnsSchema,
  storage: storageSchema,
  web: z.strictObject({ documentRoot: absolutePath }),
  vrrp: vrrpSchema,
  virtualServices: z.array(virtualServiceSchema),
  /** What the directors balance besides IPVS, in user space. */
  proxy: proxySchema.optional(),
  outsideWorld: outsideWorldSchema,
  drills: z.record(name, drillSchema),
  differences: differencesSchema,
});

/** A testbed as written: what a file holds after parsing. */
export type RawTestbed = z.infer<typeof testbedSchema>;
