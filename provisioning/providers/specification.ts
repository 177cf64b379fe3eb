import { z } from 'zod';
import { namespacesSpecificationSchema } from './namespaces/specification.ts';
import { vagrantSpecificationSchema } from './vagrant/specification.ts';

/**
 * What a provider needs to know to make, find again and remove a lab's machines. Saved in the lab's directory before
 * anything is created, so that a lab can be removed from it alone.
 */
export const labSpecificationSchema = z.discriminatedUnion('provider', [
  namespacesSpecificationSchema,
  vagrantSpecificationSchema,
]);
export type LabSpecification = z.infer<typeof labSpecificationSchema>;
