import { z } from 'zod';

export const localizedSchema = z.object({ en: z.string(), es: z.string(), gl: z.string() });
/** A text in the interface's three languages. */
export type Localized = z.infer<typeof localizedSchema>;
