import { z } from 'zod';

/**
 * The commands that change the table of virtual services: those of the kernel's generic netlink family `IPVS`
 * (include/uapi/linux/ip_vs.h). Checks, `ipvsadm` and the admin API all speak them; every forwarding plane obeys them with
 * the kernel's results.
 */

export const forwardingMethodSchema = z.enum(['masq', 'gate', 'ipip', 'local']);
export type ForwardingMethod = z.infer<typeof forwardingMethodSchema>;

const portSchema = z.number().int().min(0).max(65535);

export const serviceKeySchema = z.object({
  /** `FWM`: packets that carry a firewall mark, whatever their protocol. */
  protocol: z.enum(['TCP', 'UDP', 'FWM']),
  /** IPv4 or IPv6 address; for `FWM` the unspecified one of its family, `0.0.0.0` or `::`. */
  address: z.string(),
  /** 0 = all ports; always 0 for `FWM`. */
  port: portSchema,
  /** Firewall mark, 1–2^32-1, of an `FWM` service; absent otherwise. */
  mark: z.number().int().min(1).max(0xffff_ffff).optional(),
});
export type ServiceKey = z.infer<typeof serviceKeySchema>;

export const schedulerFlagSchema = z.enum([
  'sh-fallback',
  'sh-port',
  'mh-fallback',
  'mh-port',
  'flag-1',
  'flag-2',
  'flag-3',
]);
export type SchedulerFlag = z.infer<typeof schedulerFlagSchema>;

export const persistenceSchema = z.object({
  /** Seconds after the last controlled connection, from 1; the kernel's default is 360. */
  timeoutSeconds: z.number().int().min(1),
  /** Clients under one mask share a server: dotted for IPv4 (`255.255.255.255`), prefix length for IPv6 (`128`). */
  mask: z.string(),
  /** Persistence engine, as the kernel's `ip_vs_pe_sip`. */
  engine: z.string().optional(),
});
export type Persistence = z.infer<typeof persistenceSchema>;

export const serviceDefinitionSchema = serviceKeySchema.extend({
  scheduler: z.string(),
  /** `ipvsadm -b`; sh and mh have names of their own for the first two bits. */
  schedulerFlags: z.array(schedulerFlagSchema).default([]),
  persistence: persistenceSchema.optional(),
  /** One-packet scheduling (UDP): every datagram is scheduled anew and leaves no entry. */
  onePacket: z.boolean().default(false),
});
export type ServiceDefinition = z.infer<typeof serviceDefinitionSchema>;

export const serverKeySchema = z.object({ address: z.string(), port: portSchema });
export type ServerKey = z.infer<typeof serverKeySchema>;

export const tunnelSchema = z.object({
  type: z.enum(['ipip', 'gue', 'gre']),
  /** UDP port of `gue`; 0 otherwise. */
  port: portSchema,
  checksum: z.enum(['none', 'checksum', 'remote-checksum']),
});
export type Tunnel = z.infer<typeof tunnelSchema>;

export const serverDefinitionSchema = serverKeySchema.extend({
  forwarding: forwardingMethodSchema,
  /** 0–65535 (the kernel takes up to 2^31-1); 0 = quiesced: no new connections. */
  weight: z.number().int().min(0).max(0x7fff_ffff),
  /** No new connections from so many on; 0 = no limit. */
  upperThreshold: z.number().int().min(0).max(0xffff_ffff).default(0),
  /** New connections again below so many; 0 = three quarters of the upper one. */
  lowerThreshold: z.number().int().min(0).max(0xffff_ffff).default(0),
  /** Only with `ipip` forwarding; absent = plain ipip. */
  tunnel: tunnelSchema.optional(),
});
export type ServerDefinition = z.infer<typeof serverDefinitionSchema>;

/** Timeouts in seconds; 0 = leave as it is. Those of `ipvsadm --set`. */
export const timeoutsSchema = z.object({
  tcpSeconds: z.number().int().min(0),
  tcpFinSeconds: z.number().int().min(0),
  udpSeconds: z.number().int().min(0),
});
export type Timeouts = z.infer<typeof timeoutsSchema>;

export const syncDaemonSchema = z.object({
  role: z.enum(['master', 'backup']),
  interface: z.string(),
  /** 0–255; a backup with 0 takes messages of every id. */
  syncId: z.number().int().min(0).max(255),
  /** Largest UDP payload in bytes; 0 = what the interface's MTU allows. */
  maximumLength: z.number().int().min(0).max(65507).default(0),
  group: z.string().default('224.0.0.81'),
  port: portSchema.default(8848),
  ttl: z.number().int().min(1).max(255).default(1),
});
/** A connection synchronisation daemon (net/netfilter/ipvs/ip_vs_sync.c). A director may run one of each role. */
export type SyncDaemon = z.infer<typeof syncDaemonSchema>;

export const tableCommandSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('add-service'), service: serviceDefinitionSchema }),
  z.object({ type: z.literal('edit-service'), service: serviceDefinitionSchema }),
  z.object({ type: z.literal('delete-service'), service: serviceKeySchema }),
  z.object({ type: z.literal('add-server'), service: serviceKeySchema, server: serverDefinitionSchema }),
  z.object({ type: z.literal('edit-server'), service: serviceKeySchema, server: serverDefinitionSchema }),
  z.object({ type: z.literal('delete-server'), service: serviceKeySchema, server: serverKeySchema }),
  z.object({ type: z.literal('flush') }),
  /** Sets counters to 0: of one service and its servers, or of all. */
  z.object({ type: z.literal('zero'), service: serviceKeySchema.optional() }),
  z.object({ type: z.literal('set-timeouts'), timeouts: timeoutsSchema }),
  z.object({ type: z.literal('start-sync'), daemon: syncDaemonSchema }),
  z.object({ type: z.literal('stop-sync'), role: z.enum(['master', 'backup']) }),
  /** One of `/proc/sys/net/ipv4/vs/*`, by its name there. */
  z.object({ type: z.literal('set-sysctl'), name: z.string(), value: z.array(z.number().int()) }),
]);
export type TableCommand = z.infer<typeof tableCommandSchema>;

/** What the kernel would answer: nothing, or the name of an errno. */
export const tableResultSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true) }),
  z.object({
    ok: z.literal(false),
    errno: z.enum(['EEXIST', 'ESRCH', 'ENOENT', 'EINVAL', 'ERANGE', 'ENODEV', 'EOPNOTSUPP', 'ENOMEM', 'EAFNOSUPPORT']),
    /** A sentence for a person. */
    message: z.string(),
  }),
]);
export type TableResult = z.infer<typeof tableResultSchema>;
