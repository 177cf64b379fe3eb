import { z } from 'zod';
import { directorEventSchema } from './event.ts';
import { explanationSchema, flowQuestionSchema } from './explain.ts';
import { connectionSchema, directorSnapshotSchema, tableSnapshotSchema } from './snapshot.ts';
import { serverKeySchema, serviceKeySchema, tableCommandSchema, tableResultSchema } from './table.ts';

/** Grows when a client of today would misunderstand an answer; new methods and new fields do not count. */
export const adminVersion = 1;

const place = { service: serviceKeySchema, server: serverKeySchema };
const nothing = z.object({});
const eventTypes = directorEventSchema.options.map((option) => option.shape.type.value);

/** Every method of the admin API: what it takes and what it answers. */
export const adminMethods = {
  /** Instances, services, checks, plane. */
  snapshot: { input: nothing, output: directorSnapshotSchema },
  /** All that `ipvsadm` can show but connections. */
  table: { input: nothing, output: tableSnapshotSchema },
  connections: { input: nothing, output: z.array(connectionSchema) },
  /** Commands of IPVS, obeyed in this order; one result for each. */
  execute: {
    input: z.object({ commands: z.array(tableCommandSchema).max(100_000) }),
    output: z.array(tableResultSchema),
  },
  explain: { input: z.object({ question: flowQuestionSchema }), output: explanationSchema },
  /** A weight in place of the configuration's, until `enable` or another one. Reloads keep it. */
  weight: { input: z.object({ ...place, weight: z.number().int().min(0).max(0x7fff_ffff) }), output: nothing },
  /** No new connections; those that are there go on. */
  drain: { input: z.object(place), output: nothing },
  /** Out of the table, whatever the checks say. */
  maintenance: { input: z.object(place), output: nothing },
  /** Back to what configuration and checks say. */
  enable: { input: z.object(place), output: nothing },
  /**
   * Lets a backup that preempts take the virtual addresses, while this director goes on until it has: adverts say priority 1, until
   * `takeback` or the next start. Answers at once; `snapshot` and events tell who is master.
   */
  handover: { input: nothing, output: nothing },
  /** Back to the configured priorities. */
  takeback: { input: nothing, output: nothing },
  /** Reads the configuration again; changes nothing when it cannot be used. `notices`: what is not as the file says. */
  reload: { input: nothing, output: z.object({ notices: z.array(z.string()).default([]) }) },
  /** Answers when everything is taken down. */
  stop: { input: nothing, output: nothing },
  /** In the text format of Prometheus. */
  metrics: { input: nothing, output: z.string() },
} as const;
export type AdminMethod = keyof typeof adminMethods;
export type AdminInput<Method extends AdminMethod> = z.input<(typeof adminMethods)[Method]['input']>;
/** What a method gets: with every default filled in. */
export type AdminFields<Method extends AdminMethod> = z.output<(typeof adminMethods)[Method]['input']>;
export type AdminOutput<Method extends AdminMethod> = z.output<(typeof adminMethods)[Method]['output']>;

/** Not answered once, but by events, a snapshot first, until either side closes. */
export const watchInputSchema = z.object({
  /** With an event for every advertisement sent and heard. */
  adverts: z.boolean().default(false),
  /** Only events of these types. */
  types: z.array(z.enum(eventTypes)).optional(),
});
export type WatchInput = z.input<typeof watchInputSchema>;

/** An error in place of an answer: a code for programs, a sentence for people. */
export const adminFailureSchema = z.object({ code: z.string(), message: z.string() });
export type AdminFailure = z.infer<typeof adminFailureSchema>;
