import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { resolvedTestbedSchema } from '../../testbeds/resolved.ts';
import { labOptionsSchema, labSummarySchema, providerNameSchema, RelevoError } from '../contract/index.ts';
import type { Provider, SpecificationRequest } from '../providers/provider.ts';
import { labSpecificationSchema } from '../providers/specification.ts';
import type { LabSpecification } from '../providers/specification.ts';

const keyPairSchema = z.object({ privateKey: z.string(), publicKey: z.string() });

const snapshotRecordSchema = z.object({
  name: z.string(),
  takenAt: z.number(),
  /** Nodes that were on: their snapshots have a memory. */
  on: z.array(z.string()),
  /** Those of them that stood still. */
  frozen: z.array(z.string()),
});
export type SnapshotRecord = z.infer<typeof snapshotRecordSchema>;

/** Everything that is needed to find, use and remove a lab without the testbed's file, which may have changed since. */
const recordSchema = z.object({
  version: z.literal(1),
  lab: z.string(),
  provider: providerNameSchema,
  phase: labSummarySchema.shape.phase,
  since: z.number(),
  options: labOptionsSchema,
  testbed: resolvedTestbedSchema,
  specification: labSpecificationSchema,
  keys: z.object({ engine: keyPairSchema, cluster: keyPairSchema, host: keyPairSchema, web: z.string() }),
  snapshots: z.array(snapshotRecordSchema).default([]),
  /** Nodes that stand still only while all are being taken or restored: whoever finds the record lets them go on. */
  paused: z.array(z.string()).optional(),
  /** A drill that has not healed yet: written before its fault, so that the fault is undone whoever dies. */
  drill: z.object({ id: z.string(), victim: z.string(), heal: z.boolean() }).optional(),
});
export type LabRecord = z.infer<typeof recordSchema>;

/** Records of version 0.1 knew one provider, and did not say so in the specification. */
export const labRecordSchema = z.preprocess((record) => {
  const { provider, specification } = record as { provider?: unknown; specification?: object };
  return { ...(record as object), specification: { provider, ...specification } };
}, recordSchema);

/** Otherwise keepalived, which tells us nothing but what the kernel shows. */
export function runsOurDirector({ specification }: Pick<LabRecord, 'specification'>): boolean {
  return specification.provider !== 'vagrant' || specification.machines.stack === 'director';
}

const FILE = 'lab.json';

/** Takes the name by making its directory. @throws RelevoError LAB_EXISTS */
export async function claimLabDirectory(labsDirectory: string, lab: string): Promise<string> {
  const directory = join(labsDirectory, lab);
  await mkdir(labsDirectory, { recursive: true, mode: 0o700 });
  try {
    await mkdir(directory, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new RelevoError('LAB_EXISTS', `There is already a lab named "${lab}".`, {
      lab,
      hint: `Choose another name with --lab, or end that one: relevo down --lab ${lab}. If "relevo labs" does not list it, its record is damaged: delete ${directory}.`,
    });
  }
  return directory;
}

/** A claimed directory is given back when the lab that was meant for it cannot be made. */
export async function specifyOrLeave(provider: Provider, request: SpecificationRequest): Promise<LabSpecification> {
  try {
    return provider.specify(request);
  } catch (error) {
    await rm(request.directory, { recursive: true, force: true });
    throw error;
  }
}

export async function saveRecord(record: LabRecord): Promise<void> {
  const file = join(record.specification.directory, FILE);
  // Written aside and renamed: whoever reads it after a crash finds the old one or the new one, never half of one.
  await writeFile(`${file}.new`, JSON.stringify(record), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

export type FoundLab =
  | { readonly kind: 'record'; readonly record: LabRecord }
  | { readonly kind: 'unreadable'; readonly directory: string; readonly reason: string };

/** Every lab that this state directory knows of. A directory without a record was left before anything was created in it. */
export async function readRecords(labsDirectory: string): Promise<FoundLab[]> {
  const entries = await readdir(labsDirectory, { withFileTypes: true }).catch(() => []);
  const directories = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(labsDirectory, name));
  const found = await Promise.all(directories.map(readRecord));
  return found.filter((lab) => lab !== undefined);
}

async function readRecord(directory: string): Promise<FoundLab | undefined> {
  try {
    return { kind: 'record', record: labRecordSchema.parse(JSON.parse(await readFile(join(directory, FILE), 'utf8'))) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      return { kind: 'unreadable', directory, reason: String(error) };
    await rm(directory, { recursive: true, force: true });
    return undefined;
  }
}
