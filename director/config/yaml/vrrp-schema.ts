import { z } from 'zod';
import { parseAddress } from './addresses.ts';

const address = z.string().refine((text) => parseAddress(text) !== undefined, 'an IPv4 or IPv6 address');
const milliseconds = z.number().min(0);
const count = z.number().int().min(0);

const virtualAddress = z.strictObject({
  address,
  prefixLength: z.number().int().min(0).max(128),
  interface: z.string(),
  broadcast: address.optional(),
  label: z.string().max(15).optional(),
  scope: z.number().int().min(0).max(255).optional(),
  untracked: z.boolean().optional(),
});

const gratuitousArp = z.strictObject({
  repeat: count.default(5),
  delayMs: milliseconds.default(5000),
  refreshMs: milliseconds.default(0),
  refreshRepeat: count.default(1),
  lowerPriorityRepeat: count.optional(),
  lowerPriorityDelayMs: milliseconds.optional(),
  intervalMs: milliseconds.optional(),
  neighbourIntervalMs: milliseconds.optional(),
});

const tracker = z.strictObject({
  kind: z.enum(['interface', 'script', 'file']),
  name: z.string(),
  weight: z.number().int().min(-65_535).max(65_535).default(0),
  reverse: z.boolean().default(false),
});

const command = z.strictObject({
  words: z.array(z.string()).min(1),
  user: z.string().optional(),
  group: z.string().optional(),
});

const notify = z.strictObject({
  master: command.optional(),
  backup: command.optional(),
  fault: command.optional(),
  stop: command.optional(),
  deleted: command.optional(),
  masterReceivedLowerPriority: command.optional(),
  any: command.optional(),
});

const ttl = z.number().int().min(0).max(255);

/** VrrpInstanceConfiguration; the defaults are keepalived's. */
export const vrrpInstanceSchema = z.strictObject({
  name: z.string(),
  version: z.union([z.literal(2), z.literal(3)]).default(2),
  interface: z.string(),
  vrid: z.number().int().min(1).max(255),
  priority: z.number().int().min(1).max(255).default(100),
  advertIntervalMs: z.number().min(10).max(255_000).default(1000),
  startsAs: z.enum(['MASTER', 'BACKUP']).default('BACKUP'),
  preempt: z.boolean().default(true),
  preemptDelayMs: milliseconds.default(0),
  virtualAddresses: z.array(virtualAddress).min(1),
  excludedAddresses: z.array(virtualAddress).optional(),
  password: z.string().min(1).max(8).optional(),
  gratuitousArp: gratuitousArp.default({ repeat: 5, delayMs: 5000, refreshMs: 0, refreshRepeat: 1 }),
  syncGroup: z.string().optional(),
  sourceAddress: address.optional(),
  multicastGroup: address.optional(),
  unicast: z
    .strictObject({
      peers: z.array(z.strictObject({ address, minTtl: ttl.optional(), maxTtl: ttl.optional() })),
      ttl: ttl.default(255),
      checkSource: z.boolean().default(false),
    })
    .optional(),
  checksumAsVersion2: z.boolean().optional(),
  skipAddressCheck: z.boolean().optional(),
  lowerPriorityNoAdvert: z.boolean().optional(),
  higherPrioritySendAdvert: z.boolean().optional(),
  downTimerAdverts: z.number().int().min(1).max(100).optional(),
  ignoreInterfaceState: z.boolean().optional(),
  track: z.array(tracker).optional(),
  notify: notify.optional(),
});

/** What instances depend on, and whom they tell. */
export const vrrpSurroundingsSchema = z.strictObject({
  syncGroups: z
    .array(
      z.strictObject({
        name: z.string(),
        track: z.array(tracker).optional(),
        notify: notify.optional(),
        memberWeights: z.boolean().optional(),
      }),
    )
    .optional(),
  scripts: z
    .array(
      z.strictObject({
        name: z.string(),
        command,
        intervalMs: z.number().positive().default(1000),
        timeoutMs: z.number().positive().default(1000),
        rise: z.number().int().min(1).default(1),
        fall: z.number().int().min(1).default(1),
        startsFailed: z.boolean().default(false),
      }),
    )
    .optional(),
  files: z
    .array(
      z.strictObject({
        name: z.string(),
        path: z.string(),
        initial: z.strictObject({ value: z.number().int(), overwrite: z.boolean().default(false) }).optional(),
      }),
    )
    .optional(),
  notifyFifos: z.array(z.string()).optional(),
});
