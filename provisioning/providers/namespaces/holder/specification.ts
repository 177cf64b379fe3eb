import { z } from 'zod';
import { namespacesSpecificationSchema } from '../specification.ts';

/** What the holder process is started with: the lab, and where this installation keeps what nodes need. */
export const holderSpecificationSchema = z.object({
  lab: namespacesSpecificationSchema,
  /** The lab's cgroup, if the machine has cgroup v2. */
  cgroup: z.string().optional(),
  /** The Node.js program, shown to nodes as /opt/relevo/node. */
  nodeProgram: z.string(),
  /** The directory shown to nodes as /opt/relevo/lib. */
  nodeLibrary: z.string(),
});
export type HolderSpecification = z.infer<typeof holderSpecificationSchema>;
