import { z } from 'zod';
import { serverKeySchema, serviceKeySchema } from './table.ts';

/** The flow that `director explain` asks about. */
export const flowQuestionSchema = z.object({
  protocol: z.enum(['TCP', 'UDP']),
  clientAddress: z.string(),
  clientPort: z.number().int().min(0).max(65535),
  virtualAddress: z.string(),
  virtualPort: z.number().int().min(0).max(65535),
  /** In place of the one that the mark rules give it. */
  mark: z.number().int().min(0).max(0xffff_ffff).optional(),
  /** By which the packet comes in; left out: the one by which the client is reached. */
  interface: z.string().optional(),
});
export type FlowQuestion = z.infer<typeof flowQuestionSchema>;

export const explanationSchema = z.object({
  /** How the answer was reached, in the order in which the packet path looks. */
  by: z.enum(['entry', 'template', 'scheduler', 'no-service', 'no-server']),
  service: serviceKeySchema.optional(),
  server: serverKeySchema.optional(),
  scheduler: z.string().optional(),
  /** One sentence for each step: what was looked at, what was found. */
  steps: z.array(z.string()),
  /** The servers in scheduling order, with the numbers that the scheduler compared (name → value). */
  candidates: z.array(
    z.object({
      server: serverKeySchema,
      eligible: z.boolean(),
      why: z.string(),
      numbers: z.record(z.string(), z.number()),
    }),
  ),
});
/** Which server a packet would get now, and why. Asking changes nothing. */
export type Explanation = z.infer<typeof explanationSchema>;
