import { z } from 'zod';

/**
 * What a provider needs to know to make, find again and remove a lab's machines. Saved in the lab's directory before
 * anything is created, so that a lab can be removed from it alone.
 */
export const labSpecificationSchema = z.object({
  lab: z.string(),
  /** Random; marks everything that belongs to this lab. */
  id: z.string(),
  directory: z.string(),
  base: z.string(),
  networks: z.array(z.object({ name: z.string(), bridge: z.string(), mtu: z.number().int() })),
  nodes: z.array(
    z.object({
      name: z.string(),
      interfaces: z.array(
        z.object({
          name: z.string(),
          network: z.string(),
          /** The other end of the cable, at the bridge. */
          port: z.string(),
          mac: z.string(),
          mtu: z.number().int(),
        }),
      ),
    }),
  ),
});
export type LabSpecification = z.infer<typeof labSpecificationSchema>;
