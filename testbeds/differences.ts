import { z } from 'zod';
import { localizedSchema } from './localized.ts';

/** NFS is what the documents have; sshfs carries the same files where a node's kernel has no NFS. */
export const sharingKindSchema = z.enum(['sshfs', 'nfs']);
export type SharingKind = z.infer<typeof sharingKindSchema>;

/** What may be otherwise than the document shows it. */
export const subjectSchema = z.enum(['interfaces', 'network', 'routes', 'packages', 'services', 'memory', 'internet']);
export type Subject = z.infer<typeof subjectSchema>;

const differenceSchema = z.strictObject({ what: localizedSchema, why: localizedSchema });
export type Difference = z.infer<typeof differenceSchema>;

const others = z.partialRecord(subjectSchema, differenceSchema).default({});

/**
 * What a testbed is like on each kind of machines, where they cannot all be what the document shows. Recipes, checks, status,
 * window and exported folders read it here, so that nothing differs in silence.
 */
export const differencesSchema = z.strictObject({
  namespaces: z.strictObject({
    /** How the storage node's files reach the others. Nodes in namespaces have no NFS of their own. */
    sharing: z.strictObject({ kind: z.literal('sshfs'), reason: localizedSchema }),
    others,
  }),
  vagrant: z.strictObject({
    sharing: z.strictObject({ kind: sharingKindSchema, reason: localizedSchema }),
    others,
  }),
});
export type Differences = z.infer<typeof differencesSchema>;

const unsaid = {
  en: 'Written by a Relevo that did not note why.',
  es: 'Escrito por un Relevo que no anotaba el porqué.',
  gl: 'Escrito por un Relevo que non anotaba o porqué.',
};

/** Of labs and folders that were written before testbeds declared this. */
export const undeclaredDifferences: Differences = {
  namespaces: { sharing: { kind: 'sshfs', reason: unsaid }, others: {} },
  vagrant: { sharing: { kind: 'nfs', reason: unsaid }, others: {} },
};
