import { z } from 'zod';
import { exportOptionsSchema } from '../../testbeds/exporters/vagrant/options.ts';
import { renumberSchema } from './renumber.ts';

export const exportRequestSchema = z.object({
  testbed: z.string(),
  options: exportOptionsSchema,
  renumber: renumberSchema.optional(),
  /** Absolute, where the engine runs; absent: `relevo-LAB` in the home folder of whoever runs the engine. */
  directory: z.string().optional(),
  /** Write over an earlier export although it was edited. */
  overwrite: z.boolean().default(false),
});

export const exportSummarySchema = z.object({
  directory: z.string(),
  lab: z.string(),
  /** Paths in it. */
  files: z.array(z.string()),
  /** Names of nodes, in the order in which they start. */
  machines: z.array(z.string()),
  /** MiB of all machines together. */
  memory: z.number(),
});
export type ExportSummary = z.infer<typeof exportSummarySchema>;
