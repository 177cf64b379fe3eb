import { z } from 'zod';
import { exportOptionsSchema } from '../../testbeds/exporters/vagrant/options.ts';
import { resolvedTestbedSchema } from '../../testbeds/resolved.ts';

/** In every exported folder: what it is, and what the import compares it with. */
export const exportMarkPath = 'relevo.json';

export const exportMarkSchema = z.object({
  format: z.literal('relevo-export'),
  /** Of this file's form. */
  version: z.literal(1),
  /** The Relevo that wrote it. */
  relevo: z.string(),
  options: exportOptionsSchema,
  /** What was written, with digests of the texts: what differs has been edited since. */
  files: z.array(z.object({ path: z.string(), sha256: z.string().optional() })),
  /** As it was before interfaces were renamed for machines. */
  testbed: resolvedTestbedSchema,
});
export type ExportMark = z.infer<typeof exportMarkSchema>;
