import { z } from 'zod';

/** Kinds of machines that a lab can be made of. */
export const providerNameSchema = z.enum(['namespaces', 'vagrant']);
export type ProviderName = z.infer<typeof providerNameSchema>;
