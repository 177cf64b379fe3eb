import { z } from 'zod';
import { providerNameSchema } from './provider-name.ts';
import { vrrpStateSchema } from '../../director/index.ts';

/** All times on one clock: milliseconds since the Unix epoch, with fractions. */
const at = z.number();

export const drillOptionsSchema = z.object({
  /** Requests per second and service while the drill runs. */
  rate: z.number().min(1).max(200).default(20),
  /** Seconds of measuring before the fault. */
  before: z.number().min(1).max(60).default(2),
  /** Seconds of measuring after the first good answer. */
  after: z.number().min(1).max(60).default(2),
  /**
   * When in the advertisement cycle the power is cut. `after-advert` waits for the master's next advertisement, so that the
   * measurement is comparable with the theory; `random` cuts at once, as life does (up to one interval shorter).
   */
  moment: z.enum(['after-advert', 'random']).default('after-advert'),
  /** Start the victim again at the end. */
  heal: z.boolean().default(true),
});
export type DrillOptions = z.infer<typeof drillOptionsSchema>;

export const probeSampleSchema = z.object({
  target: z.string(),
  sequence: z.number().int(),
  sentAt: at,
  endedAt: at,
  ok: z.boolean(),
  /** Who answered (the page's server address, the DNS server's …), where the answer tells. */
  server: z.string().optional(),
  /** Why it failed. */
  error: z.string().optional(),
});
/** One request of the probe. */
export type ProbeSample = z.infer<typeof probeSampleSchema>;

export const drillEventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('phase'),
    at,
    phase: z.enum(['measuring', 'waiting-for-advert', 'fault', 'healing', 'done']),
  }),
  z.object({ type: z.literal('fault'), at, node: z.string(), action: z.literal('kill') }),
  z.object({ type: z.literal('heal'), at, node: z.string(), action: z.literal('start') }),
  z.object({
    type: z.literal('vrrp-state'),
    at,
    node: z.string(),
    instance: z.string(),
    from: vrrpStateSchema,
    to: vrrpStateSchema,
    reason: z.string(),
  }),
  z.object({ type: z.literal('last-advert'), at, node: z.string(), instance: z.string(), priority: z.number().int() }),
  z.object({
    type: z.literal('address'),
    at,
    node: z.string(),
    action: z.enum(['added', 'removed']),
    address: z.string(),
    interface: z.string(),
  }),
  z.object({ type: z.literal('gratuitous-arp'), at, node: z.string(), address: z.string() }),
]);
export type DrillEvent = z.infer<typeof drillEventSchema>;

export const serviceOutageSchema = z.object({
  target: z.string(),
  /** End of the last good answer before the fault took effect. */
  lastGoodAt: at.optional(),
  /** End of the first good answer after it. */
  firstGoodAt: at.optional(),
  /** First good minus last good, in ms; absent when the service did not come back or never went away. */
  outageMs: z.number().optional(),
  requests: z.number().int(),
  failed: z.number().int(),
});
export type ServiceOutage = z.infer<typeof serviceOutageSchema>;

export const drillTheorySchema = z.object({
  advertIntervalMs: z.number(),
  skewMs: z.number(),
  /** 3 × advertisement interval + skew: from the last advertisement to the take-over (RFC 9568 section 6.1). */
  masterDownMs: z.number(),
  priority: z.number().int(),
  version: z.union([z.literal(2), z.literal(3)]),
});
export type DrillTheory = z.infer<typeof drillTheorySchema>;

export const drillReportSchema = z.object({
  id: z.string(),
  lab: z.string(),
  testbed: z.string(),
  drill: z.string(),
  provider: providerNameSchema,
  startedAt: at,
  endedAt: at,
  options: drillOptionsSchema,
  faultAt: at,
  healedAt: at.optional(),
  services: z.array(serviceOutageSchema),
  events: z.array(drillEventSchema),
  samples: z.array(probeSampleSchema),
  theory: drillTheorySchema,
  /** From the master's last advertisement to the standby's take-over, measured. */
  measuredTakeoverMs: z.number().optional(),
  /** The time between the first and the last virtual address to appear on the standby, in ms. */
  addressSpreadMs: z.number().optional(),
  /** Whether the victim holds all virtual addresses again. */
  healed: z.boolean(),
});
export type DrillReport = z.infer<typeof drillReportSchema>;

export const drillSummarySchema = drillReportSchema.omit({ events: true, samples: true });
export type DrillSummary = z.infer<typeof drillSummarySchema>;
