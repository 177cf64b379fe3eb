import { z } from 'zod';
import { specificationBase } from '../specification-base.ts';

/** A lab's nodes, bridges and cables. */
export const namespacesSpecificationSchema = z.object({
  provider: z.literal('namespaces'),
  ...specificationBase,
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
export type NamespacesSpecification = z.infer<typeof namespacesSpecificationSchema>;
