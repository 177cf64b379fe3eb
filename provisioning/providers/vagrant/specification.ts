import { z } from 'zod';
import { resolvedTestbedSchema } from '../../../testbeds/resolved.ts';
import { machineOptionsSchema } from '../../contract/index.ts';
import { specificationBase } from '../specification-base.ts';

export const vagrantSpecificationSchema = z.object({
  provider: z.literal('vagrant'),
  ...specificationBase,
  machines: machineOptionsSchema,
  /** As the machines have it: their first adapter is Vagrant's. */
  testbed: resolvedTestbedSchema,
});
export type VagrantSpecification = z.infer<typeof vagrantSpecificationSchema>;
