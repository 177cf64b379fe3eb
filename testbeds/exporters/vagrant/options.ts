import { z } from 'zod';

/** What runs on the directors: our own program, or the document's software. */
export const stackSchema = z.enum(['director', 'classic']);
export type Stack = z.infer<typeof stackSchema>;

/** Who forwards when our director runs: the kernel's IPVS, or the director itself; by default the kernel's where it has one. */
export const planeSchema = z.enum(['auto', 'ipvs', 'packet']);
export type Plane = z.infer<typeof planeSchema>;

export const machineProviderSchema = z.enum(['virtualbox', 'libvirt']);
export type MachineProvider = z.infer<typeof machineProviderSchema>;

/**
 * What is behind a NAT network: `real` is the way out that VirtualBox or libvirt gives it, as in the documents; `stand-in` is
 * the testbed's own node, and nothing outside is needed.
 */
export const internetSchema = z.enum(['real', 'stand-in']);
export type Internet = z.infer<typeof internetSchema>;

export const exportOptionsSchema = z.strictObject({
  /** Carried by the names of machines and networks, so that labs can be side by side. */
  lab: z.string().optional(),
  stack: stackSchema.default('director'),
  plane: planeSchema.default('auto'),
  provider: z.enum(['virtualbox', 'libvirt', 'both']).default('both'),
  /** `debian`, `ubuntu`, or the name of a box of one's own. */
  box: z.string().default('debian'),
  internet: internetSchema.default('real'),
});
export type ExportOptions = z.infer<typeof exportOptionsSchema>;

export function providersOf({ provider }: Pick<ExportOptions, 'provider'>): readonly MachineProvider[] {
  return provider === 'both' ? ['virtualbox', 'libvirt'] : [provider];
}
