import { z } from 'zod';

/** What a program can do about a finding, when somebody agrees. */
export const offerSchema = z.discriminatedUnion('kind', [
  /** Start the lab with this entry in its option `renumber`. */
  z.object({ kind: z.literal('renumber'), network: z.string(), cidr: z.string() }),
]);
export type Offer = z.infer<typeof offerSchema>;

export const findingSchema = z.object({
  /** What was looked at: `vagrant`, `memory`, `addresses`, … */
  id: z.string(),
  level: z.enum(['ok', 'warning', 'error']),
  /** One sentence. */
  message: z.string(),
  /** The command or the choice that mends it. */
  fix: z.string().optional(),
  offer: offerSchema.optional(),
});
/** Something that was looked at before a lab is started, and whether it stands in the way. */
export type Finding = z.infer<typeof findingSchema>;
