import { z } from 'zod';
import {
  forwardingMethodSchema,
  persistenceSchema,
  schedulerFlagSchema,
  serverKeySchema,
  serviceKeySchema,
  syncDaemonSchema,
  timeoutsSchema,
  tunnelSchema,
} from './table.ts';

/**
 * The state that a director shows to the outside: its VRRP instances and its table of virtual services. The admin socket,
 * `ipvsadm`, the lab engine and the window all read this one shape.
 *
 * Times are milliseconds since the Unix epoch, with fractions down to a microsecond where the clock has them.
 */

export const vrrpStateSchema = z.enum(['INIT', 'BACKUP', 'MASTER', 'FAULT']);
/** VRRP states of RFC 9568 section 6.4; FAULT is keepalived's word for an instance whose interface is down. */
export type VrrpState = z.infer<typeof vrrpStateSchema>;

export const vrrpInstanceSchema = z.object({
  name: z.string(),
  version: z.union([z.literal(2), z.literal(3)]),
  /** Virtual router identifier, 1–255 (RFC 9568 section 5.2.3). */
  vrid: z.number().int().min(1).max(255),
  interface: z.string(),
  state: vrrpStateSchema,
  priority: z.number().int().min(0).max(255),
  /** Advertisement interval in milliseconds. */
  advertIntervalMs: z.number().positive(),
  virtualAddresses: z.array(z.string()),
  syncGroup: z.string().optional(),
  /** When the current state was entered. */
  since: z.number(),
  /** Source address of the last valid advertisement heard, if any. */
  masterAddress: z.string().optional(),
});
export type VrrpInstanceSnapshot = z.infer<typeof vrrpInstanceSchema>;

export const countersSchema = z.object({
  connections: z.number(),
  inPackets: z.number(),
  outPackets: z.number(),
  inBytes: z.number(),
  outBytes: z.number(),
});
/** Totals since the service or server was added. */
export type Counters = z.infer<typeof countersSchema>;

export const ratesSchema = z.object({
  connectionsPerSecond: z.number(),
  inPacketsPerSecond: z.number(),
  outPacketsPerSecond: z.number(),
  inBytesPerSecond: z.number(),
  outBytesPerSecond: z.number(),
});
/** Per second, estimated as the kernel does (net/netfilter/ipvs/ip_vs_est.c: every 2 s, EWMA of weight 1/4). */
export type Rates = z.infer<typeof ratesSchema>;

export const realServerSchema = z.object({
  address: z.string(),
  port: z.number().int().min(0).max(65535),
  forwarding: forwardingMethodSchema,
  tunnel: tunnelSchema.optional(),
  weight: z.number().int().min(0),
  upperThreshold: z.number().int().default(0),
  lowerThreshold: z.number().int().default(0),
  activeConnections: z.number().int(),
  inactiveConnections: z.number().int(),
  /** Persistence templates that point at it. */
  persistentConnections: z.number().int().default(0),
  /** Its place in the kernel's list, from 0: the order in which schedulers go, and in which --nosort prints. */
  order: z.number().int().default(0),
  counters: countersSchema,
  rates: ratesSchema,
});
export type RealServerSnapshot = z.infer<typeof realServerSchema>;

export const virtualServiceSchema = z.object({
  ...serviceKeySchema.shape,
  scheduler: z.string(),
  schedulerFlags: z.array(schedulerFlagSchema).default([]),
  persistence: persistenceSchema.optional(),
  onePacket: z.boolean().default(false),
  counters: countersSchema,
  rates: ratesSchema,
  /** In the order in which `ipvsadm -L` prints them: by address, then port. Only servers that are in the table now. */
  realServers: z.array(realServerSchema),
});
export type VirtualServiceSnapshot = z.infer<typeof virtualServiceSchema>;

export const connectionSchema = z.object({
  /** `IP`: a persistence template of a firewall mark. */
  protocol: z.enum(['TCP', 'UDP', 'IP']),
  /** Name of the TCP state (include/net/ip_vs.h), `UDP` for UDP; `NONE` or `ASSURED` for templates. */
  state: z.string(),
  expiresInSeconds: z.number().int(),
  clientAddress: z.string(),
  clientPort: z.number().int(),
  virtualAddress: z.string(),
  virtualPort: z.number().int(),
  serverAddress: z.string(),
  serverPort: z.number().int(),
  /** Learned from the other director rather than from packets (`/proc/net/ip_vs_conn_sync`). */
  origin: z.enum(['local', 'sync']).default('local'),
});
/** One connection entry or persistence template, as `ipvsadm -L -c` shows it. */
export type ConnectionSnapshot = z.infer<typeof connectionSchema>;

export const tableSnapshotSchema = z.object({
  /** Buckets of the connection table, as `ipvsadm` prints in its first line. */
  size: z.number().int(),
  timeouts: timeoutsSchema,
  syncDaemons: z.array(syncDaemonSchema),
  /** All services together: `/proc/net/ip_vs_stats`. */
  counters: countersSchema,
  rates: ratesSchema,
  /** `/proc/sys/net/ipv4/vs/*` by name. */
  sysctls: z.record(z.string(), z.array(z.number().int())),
  services: z.array(virtualServiceSchema),
});
/** All that `ipvsadm` can show but connections. */
export type TableSnapshot = z.infer<typeof tableSnapshotSchema>;

export const checkSchema = z.object({
  protocol: z.enum(['TCP', 'UDP', 'FWM']),
  mark: z.number().int().optional(),
  serviceAddress: z.string(),
  servicePort: z.number().int(),
  serverAddress: z.string(),
  serverPort: z.number().int(),
  kind: z.string(),
  up: z.boolean(),
  /** Why it is up or down: the last result, in words. */
  reason: z.string(),
  since: z.number(),
});
/** One health checker and its verdict; a server that is down stays listed here while it is out of the table. */
export type CheckSnapshot = z.infer<typeof checkSchema>;

export const configuredServiceSchema = z.object({
  ...serviceKeySchema.shape,
  quorumUp: z.boolean(),
  sorryServer: serverKeySchema.extend({ active: z.boolean() }).optional(),
  /** Servers that are well but not in use as long as the sorry server is. */
  withheld: z.array(serverKeySchema),
  /** What the configuration wants in the table and somebody has taken out by hand: `service`, or some of its servers. */
  missing: z.union([z.literal('service'), z.array(serverKeySchema)]),
});
/** A virtual service of the configuration, and how the table differs from what the configuration alone would say. */
export type ConfiguredService = z.infer<typeof configuredServiceSchema>;

export const timersSchema = z.object({
  /** How the kernel schedules the VRRP thread. */
  scheduling: z.enum(['fifo', 'other']),
  reason: z.string(),
  /** Timers so far. */
  count: z.number().int(),
  /** How late they fired, in milliseconds: median and 99th percentile of the last thousand, maximum of all. */
  medianMs: z.number(),
  p99Ms: z.number(),
  maxMs: z.number(),
});
/** Measured lateness of the VRRP timers; late ones cause false elections. */
export type TimersSnapshot = z.infer<typeof timersSchema>;

export const directorSnapshotSchema = z.object({
  version: z.string(),
  pid: z.number().int(),
  startedAt: z.number(),
  configFile: z.string(),
  plane: z.object({ name: z.enum(['packet', 'ebpf', 'ipvs', 'none']), reason: z.string() }),
  masquerading: z.boolean(),
  instances: z.array(vrrpInstanceSchema),
  services: z.array(virtualServiceSchema),
  checks: z.array(checkSchema),
  configured: z.array(configuredServiceSchema).optional(),
  /** Absent while no VRRP instance runs. */
  timers: timersSchema.optional(),
  /** VRRP packets that were refused, by reason. */
  receiveProblems: z.record(z.string(), z.number()).optional(),
});
export type DirectorSnapshot = z.infer<typeof directorSnapshotSchema>;
