import { z } from 'zod';
import {
  forwardingMethodSchema,
  persistenceSchema,
  schedulerFlagSchema,
  syncDaemonSchema,
  timeoutsSchema,
  tunnelSchema,
} from '../../api/table.ts';
import { sysctlNames, sysctlProblem, type SysctlName } from '../../engine/ipvs/sysctls.ts';
import { parseAddress, parseNetwork } from './addresses.ts';
import { readListenAddress } from '../listen-address.ts';
import { orderedFlags, schedulerNames } from '../schedulers.ts';
import { checkSchema } from './check-schema.ts';
import { vrrpInstanceSchema, vrrpSurroundingsSchema } from './vrrp-schema.ts';

export const address = z.string().refine((text) => parseAddress(text) !== undefined, 'an IPv4 or IPv6 address');
const port = z.number().int().min(0).max(65_535);
const notify = z.strictObject({ command: z.array(z.string()).min(1), user: z.string().optional() });

const realServerSchema = z.strictObject({
  address,
  port,
  forwarding: forwardingMethodSchema.default('masq'),
  tunnel: tunnelSchema.strict().optional(),
  weight: z.number().int().min(0).max(0x7fff_ffff).default(1),
  upperThreshold: z.number().int().min(0).max(0xffff_ffff).default(0),
  lowerThreshold: z.number().int().min(0).max(0xffff_ffff).default(0),
  inhibitOnFailure: z.boolean().default(false),
  startsDown: z.boolean().default(false),
  checks: z.array(checkSchema).default([]),
  connectsPerNegotiate: z.number().int().min(1).optional(),
  notifyUp: notify.optional(),
  notifyDown: notify.optional(),
});

const sorryServerSchema = z.strictObject({
  address,
  port,
  forwarding: forwardingMethodSchema.default('masq'),
  tunnel: tunnelSchema.strict().optional(),
  weight: z.number().int().min(0).max(0x7fff_ffff).default(1),
  inhibit: z.boolean().default(false),
  enters: z.enum(['quorum-lost', 'none-up']).optional(),
});

const virtualServerSchema = z.strictObject({
  protocol: z.enum(['TCP', 'UDP', 'FWM']),
  address,
  port: port.default(0),
  mark: z.number().int().min(1).max(0xffff_ffff).optional(),
  scheduler: z.enum(schedulerNames).default('wlc'),
  schedulerFlags: z.array(schedulerFlagSchema).default([]).overwrite(orderedFlags),
  persistence: persistenceSchema.strict().optional(),
  onePacket: z.boolean().default(false),
  realServers: z.array(realServerSchema).default([]),
  sorryServer: sorryServerSchema.optional(),
  quorum: z.number().int().min(1).default(1),
  hysteresis: z.number().int().min(0).default(0),
  quorumCounts: z.literal('servers').optional(),
  quorumUp: notify.optional(),
  quorumDown: notify.optional(),
  notifiesOnStop: z.boolean().default(false),
  maintenanceDirectory: z.string().optional(),
});

const markSchema = z.strictObject({
  mark: z.number().int().min(1).max(0xffff_ffff),
  protocol: z.enum(['TCP', 'UDP']).optional(),
  source: z
    .string()
    .refine((text) => parseNetwork(text), 'an address or a network such as 10.0.0.0/8')
    .optional(),
  destination: z
    .string()
    .refine((text) => parseNetwork(text), 'an address or a network such as 10.0.0.0/8')
    .optional(),
  ports: z
    .strictObject({ from: port, to: port })
    .refine(({ from, to }) => from <= to, 'from, and to that is not below it')
    .optional(),
  interface: z.string().optional(),
});

function sysctlSchema(name: SysctlName): z.ZodType {
  const numbers = z.union([z.number().int(), z.array(z.number().int())], 'a number, or a list of numbers');
  return numbers
    .transform((value) => (typeof value === 'number' ? [value] : value))
    .superRefine((values, context) => {
      const message = sysctlProblem(name, values);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    })
    .optional();
}

/** director.yaml: the model itself, with its defaults. */
export const directorYamlSchema = z.strictObject({
  instances: z.array(vrrpInstanceSchema).default([]),
  vrrp: vrrpSurroundingsSchema.optional(),
  virtualServers: z.array(virtualServerSchema).default([]),
  marks: z.array(markSchema).default([]),
  sync: syncDaemonSchema.omit({ role: true }).extend({ instance: z.string().optional() }).strict().optional(),
  timeouts: timeoutsSchema.strict().optional(),
  admin: z
    .strictObject({
      listen: z.string().refine((text) => readListenAddress(text), 'ADDRESS:PORT, or a port of 127.0.0.1'),
      tokenFile: z.string(),
    })
    .optional(),
  sysctls: z.strictObject(Object.fromEntries(sysctlNames.map((name) => [name, sysctlSchema(name)]))).optional(),
  plane: z.enum(['auto', 'packet', 'rings', 'ipvs']).default('auto'),
});
