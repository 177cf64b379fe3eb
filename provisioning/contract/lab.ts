import { z } from 'zod';
import { directorSnapshotSchema } from '../../director/index.ts';
import { sharingKindSchema } from '../../testbeds/differences.ts';
import { exportOptionsSchema, machineProviderSchema } from '../../testbeds/exporters/vagrant/options.ts';
import { localizedSchema } from '../../testbeds/localized.ts';
import { resolvedTestbedSchema, roleSchema } from '../../testbeds/resolved.ts';
import { testbedOriginSchema } from './import.ts';
import { operationSchema } from './plan.ts';
import { providerNameSchema } from './provider-name.ts';
import { renumberSchema } from './renumber.ts';

export const labNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/, 'lower-case letters, digits and hyphens, a letter first, at most 31 characters');

/** Of labs of virtual machines. */
export const machineOptionsSchema = exportOptionsSchema
  .pick({ stack: true, plane: true, box: true, internet: true })
  .extend({
    hypervisor: machineProviderSchema.default('virtualbox'),
  });
export type MachineOptions = z.infer<typeof machineOptionsSchema>;

export const labOptionsSchema = z.object({
  /** Seconds between VRRP advertisements; overrides the testbed's. */
  advertInterval: z.number().min(0.01).max(40).optional(),
  machines: machineOptionsSchema.partial().optional(),
  renumber: renumberSchema.optional(),
});
export type LabOptions = z.infer<typeof labOptionsSchema>;

export const nodeStateSchema = z.enum(['off', 'starting', 'running', 'frozen', 'suspended', 'failed']);
export type NodeState = z.infer<typeof nodeStateSchema>;

export const interfaceStatusSchema = z.object({
  name: z.string(),
  network: z.string(),
  mac: z.string(),
  mtu: z.number().int(),
  /** Addresses on the interface now, virtual ones included, without prefix length. */
  addresses: z.array(z.string()),
  cable: z.enum(['connected', 'cut']),
});
export type InterfaceStatus = z.infer<typeof interfaceStatusSchema>;

export const nodeStatusSchema = z.object({
  name: z.string(),
  role: roleSchema,
  state: nodeStateSchema,
  since: z.number(),
  interfaces: z.array(interfaceStatusSchema),
  /** What is wrong, when something is. */
  message: z.string().optional(),
});
export type NodeStatus = z.infer<typeof nodeStatusSchema>;

export const virtualAddressStatusSchema = z.object({
  address: z.string(),
  network: z.string(),
  instance: z.string(),
  /** Every node that holds it now: none during an outage, two in a split brain. */
  holders: z.array(z.string()),
});
export type VirtualAddressStatus = z.infer<typeof virtualAddressStatusSchema>;

export const directorStatusSchema = z.object({
  node: z.string(),
  /** Absent while the director does not answer. */
  snapshot: directorSnapshotSchema.optional(),
  /** When the snapshot was taken. */
  at: z.number().optional(),
});
export type DirectorStatus = z.infer<typeof directorStatusSchema>;

/** How the storage node's files reach the others, and why in this way: as the testbed declares it for this provider. */
export const sharingSchema = z.object({ kind: sharingKindSchema, reason: localizedSchema });
export type Sharing = z.infer<typeof sharingSchema>;

export const labSummarySchema = z.object({
  lab: z.string(),
  testbed: z.string(),
  provider: providerNameSchema,
  phase: z.enum(['starting', 'running', 'stopping', 'failed']),
  since: z.number(),
  nodesRunning: z.number().int(),
  nodesTotal: z.number().int(),
});
export type LabSummary = z.infer<typeof labSummarySchema>;

export const labStatusSchema = labSummarySchema.extend({
  options: labOptionsSchema,
  nodes: z.array(nodeStatusSchema),
  virtualAddresses: z.array(virtualAddressStatusSchema),
  /** Empty where the directors run keepalived (stack `classic`), which answers nobody. */
  directors: z.array(directorStatusSchema),
  sharing: sharingSchema,
  operation: operationSchema.optional(),
  /** Set when this engine found the lab already running and took it over. */
  reattachedAt: z.number().optional(),
});
export type LabStatus = z.infer<typeof labStatusSchema>;

export const snapshotNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][\w.-]{0,40}$/, 'letters, digits, hyphens, dots and underscores, at most 41 characters');

/** All machines of a lab at one moment: disks, and the memory of those that were on. */
export const snapshotSchema = z.object({
  name: snapshotNameSchema,
  /** Milliseconds since the Unix epoch; absent for one that was not taken by Relevo. */
  takenAt: z.number().optional(),
  /** Nodes whose machine has no such snapshot: then the lab cannot be restored to it. */
  missing: z.array(z.string()),
});
export type Snapshot = z.infer<typeof snapshotSchema>;

/** What became of the directors' program on one node. */
export const upgradeSchema = z.object({
  node: z.string(),
  from: z.string(),
  to: z.string(),
  /** False when the node had this very program already. */
  changed: z.boolean(),
});
export type Upgrade = z.infer<typeof upgradeSchema>;

export const testbedSummarySchema = resolvedTestbedSchema
  .pick({ id: true, title: true, description: true, source: true })
  .extend({
    nodes: z.number().int(),
    networks: z.number().int(),
    /** Absent: it came with Relevo. */
    origin: testbedOriginSchema.optional(),
  });
export type TestbedSummary = z.infer<typeof testbedSummarySchema>;

export const logEntrySchema = z.object({
  at: z.number(),
  level: z.enum(['debug', 'info', 'warn', 'error']),
  /** `engine`, `holder`, or a node's name. */
  source: z.string(),
  message: z.string(),
});
export type LogEntry = z.infer<typeof logEntrySchema>;
