import { z } from 'zod';
import { serverKeySchema, serviceKeySchema, syncDaemonSchema } from './table.ts';
import { checkSchema, directorSnapshotSchema, virtualServiceSchema, vrrpStateSchema } from './snapshot.ts';

const at = z.number().describe('Milliseconds since the Unix epoch, with fractions');

/**
 * What `director watch` prints, one JSON object a line: a snapshot first, then every change as it happens.
 * `table` carries all services and is sent when something in it changed, at most four times a second.
 */
export const directorEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('snapshot'), at, snapshot: directorSnapshotSchema }),
  z.object({ type: z.literal('table'), at, services: z.array(virtualServiceSchema) }),
  z.object({
    type: z.literal('vrrp-state'),
    at,
    instance: z.string(),
    vrid: z.number().int(),
    from: vrrpStateSchema,
    to: vrrpStateSchema,
    reason: z.string(),
  }),
  z.object({
    type: z.literal('advert'),
    at,
    instance: z.string(),
    direction: z.enum(['sent', 'received']),
    priority: z.number().int(),
    source: z.string(),
  }),
  z.object({
    type: z.literal('address'),
    at,
    action: z.enum(['added', 'removed']),
    address: z.string(),
    interface: z.string(),
  }),
  z.object({ type: z.literal('gratuitous-arp'), at, address: z.string(), interface: z.string() }),
  z.object({
    type: z
      .literal('second-master')
      .describe('A weaker master was heard: two machines have answered for the addresses'),
    at,
    instance: z.string(),
    address: z.string().describe('Whose advert it was'),
    priority: z.number().int(),
    ownPriority: z.number().int(),
  }),
  z.object({
    type: z.literal('script').describe('A tracked script has changed its verdict'),
    at,
    name: z.string(),
    up: z.boolean(),
    reason: z.string(),
  }),
  z.object({ type: z.literal('check'), at, check: checkSchema }),
  z.object({
    type: z.literal('server').describe('A server of the configuration went up or down, or into another mode or weight'),
    at,
    service: serviceKeySchema,
    server: serverKeySchema,
    up: z.boolean(),
    mode: z.enum(['ready', 'drain', 'maintenance']),
    weight: z.number().int(),
    reason: z.string(),
  }),
  z.object({ type: z.literal('quorum'), at, service: serviceKeySchema, up: z.boolean(), reason: z.string() }),
  z.object({
    type: z.literal('sorry-server').describe('It takes over, or leaves'),
    at,
    service: serviceKeySchema,
    server: serverKeySchema,
    up: z.boolean(),
    reason: z.string(),
  }),
  z.object({
    type: z.literal('sync').describe('A synchronisation daemon of the configuration was started or stopped'),
    at,
    role: syncDaemonSchema.shape.role,
    interface: z.string(),
    up: z.boolean(),
    reason: z.string(),
  }),
  z.object({
    type: z.literal('link').describe('An interface that VRRP depends on'),
    at,
    interface: z.string(),
    up: z.boolean(),
    reason: z.string(),
  }),
  z.object({ type: z.literal('log'), at, level: z.enum(['debug', 'info', 'warn', 'error']), message: z.string() }),
]);
export type DirectorEvent = z.infer<typeof directorEventSchema>;
