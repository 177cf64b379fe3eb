import { z } from 'zod';

/** Kinds of machines that a lab can be made of. */
export const providerNameSchema = z.enum(['namespaces', 'vagrant']);
export type ProviderName = z.infer<typeof providerNameSchema>;

/** What only machines with a memory and a disk of their own can do. */
export type Ability = 'suspend' | 'snapshots' | 'reload' | 'upgrade';

export const abilities: Readonly<Record<ProviderName, readonly Ability[]>> = {
  namespaces: [],
  vagrant: ['suspend', 'snapshots', 'reload', 'upgrade'],
};
