import { z } from 'zod';

/** What a document explains in some section: the concerns that recipes are made of. */
export const topicSchema = z.enum([
  'identity',
  'network',
  'ssh',
  'storage',
  'storageClient',
  'dhcp',
  'web',
  'dns',
  'proxy',
  'director',
  'gateway',
  'client',
  'tests',
]);
export type Topic = z.infer<typeof topicSchema>;

/** Topic → the document's sections, as text ("3.8.1, 3.9"). */
export const sectionsSchema = z.partialRecord(topicSchema, z.string().min(1));
