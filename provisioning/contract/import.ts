import { z } from 'zod';
import { exportOptionsSchema } from '../../testbeds/exporters/vagrant/options.ts';
import { importChangeSchema, importFindingSchema } from '../../testbeds/importers/vagrant/report.ts';

export const importRequestSchema = z.object({
  /** A folder that was exported; absolute, where the engine runs. */
  directory: z.string(),
  /** What the testbed is to be called; absent: as it was called, or with a number if that is taken. */
  id: z.string().optional(),
  /** In the place of an imported testbed: the one of that id, or the one that came from this folder. */
  replace: z.boolean().default(false),
  /** Only tells. */
  dryRun: z.boolean().default(false),
});

export const importResultSchema = z.object({
  /** False after a dry run, and when a finding stands in the way. */
  saved: z.boolean(),
  /** What it is called, or would be. */
  id: z.string(),
  nodes: z.number().int().optional(),
  networks: z.number().int().optional(),
  /** The choices of the export that somebody who starts it may want again. */
  options: exportOptionsSchema,
  /** What was changed in the folder and is so in the testbed. */
  changes: z.array(importChangeSchema),
  /** What is in the folder and not in the testbed; those that stand in the way first. */
  findings: z.array(importFindingSchema),
});
export type ImportResult = z.infer<typeof importResultSchema>;
export type { ImportChange, ImportFinding } from '../../testbeds/importers/vagrant/report.ts';

/** Where a testbed comes from that did not come with Relevo. */
export const testbedOriginSchema = z.object({
  kind: z.literal('imported'),
  /** The folder. */
  directory: z.string(),
  /** Milliseconds since 1970. */
  importedAt: z.number(),
  options: exportOptionsSchema,
});
export type TestbedOrigin = z.infer<typeof testbedOriginSchema>;
