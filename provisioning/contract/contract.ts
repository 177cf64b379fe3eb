import { z } from 'zod';
import { directorEventSchema } from '../../director/index.ts';
import { resolvedTestbedSchema } from '../../testbeds/resolved.ts';
import {
  drillEventSchema,
  drillOptionsSchema,
  drillReportSchema,
  drillSummarySchema,
  probeSampleSchema,
} from './drill.ts';
import { rpcErrorSchema } from './error.ts';
import { exportRequestSchema, exportSummarySchema } from './export.ts';
import { findingSchema } from './finding.ts';
import { importRequestSchema, importResultSchema } from './import.ts';
import {
  interfaceStatusSchema,
  labNameSchema,
  labOptionsSchema,
  labStatusSchema,
  labSummarySchema,
  logEntrySchema,
  nodeStatusSchema,
  snapshotNameSchema,
  snapshotSchema,
  testbedSummarySchema,
  upgradeSchema,
  virtualAddressStatusSchema,
} from './lab.ts';
import { operationSchema, planSchema, stepProgressSchema } from './plan.ts';
import { providerNameSchema } from './provider-name.ts';

/**
 * Everything that crosses between the lab engine and its clients: JSON-RPC 2.0 over a WebSocket on loopback. Server, client,
 * test double and documentation are derived from this one object; there is no second list of method names.
 */

const lab = z.string();
const node = z.string();
const empty = z.object({});
const inLab = z.object({ lab });
const onNode = z.object({ lab, node });
const ofNodes = inLab.extend({
  /** Default: all of the lab. */
  nodes: z.array(z.string()).min(1).optional(),
});
const snapshot = inLab.extend({ name: snapshotNameSchema });
const session = z.string();
const upInput = z.object({
  testbed: z.string(),
  lab: labNameSchema.optional(),
  /** Default: namespaces. */
  provider: providerNameSchema.optional(),
  options: labOptionsSchema.optional(),
});

export const methods = {
  'engine.info': {
    input: empty,
    output: z.object({
      version: z.string(),
      pid: z.number().int(),
      startedAt: z.number(),
      stateDirectory: z.string(),
      /** Each provider with what it can do here, or why it cannot. */
      providers: z.array(
        z.object({ name: providerNameSchema, available: z.boolean(), reason: z.string(), hint: z.string().optional() }),
      ),
    }),
  },
  'engine.stop': { input: empty, output: empty },
  'testbeds.list': { input: empty, output: z.array(testbedSummarySchema) },
  'testbeds.show': { input: z.object({ testbed: z.string() }), output: resolvedTestbedSchema },
  /** Writes a folder for Vagrant, which needs nothing of ours. */
  'testbeds.export': { input: exportRequestSchema, output: exportSummarySchema },
  /** Opens such a folder, edited or not, as a testbed. What stands in the way is in the result, not an error. */
  'testbeds.import': { input: importRequestSchema, output: importResultSchema },
  /** Forgets an imported testbed. */
  'testbeds.remove': { input: z.object({ testbed: z.string() }), output: empty },
  /** `lab` defaults to the testbed's id. */
  'lab.plan': {
    input: upInput,
    output: planSchema,
  },
  /** What stands in the way of starting this lab; changes nothing. Looks at the computer, which takes a second or two. */
  'lab.preflight': { input: upInput, output: z.array(findingSchema) },
  /** Answers when every node and daemon answers; progress comes as `operation` events. Undone when it fails or is cancelled. */
  'lab.up': {
    input: upInput,
    output: labStatusSchema,
  },
  'lab.down': { input: inLab, output: empty },
  'lab.list': { input: empty, output: z.array(labSummarySchema) },
  'lab.status': { input: inLab, output: labStatusSchema },
  'lab.testbed': { input: inLab, output: resolvedTestbedSchema },
  'lab.log': {
    input: inLab.extend({ source: z.string().optional(), lines: z.number().int().min(1).max(10000).optional() }),
    output: z.array(logEntrySchema),
  },
  /** Shuts nodes down in good order: storage last, since the others have its files open. */
  'lab.halt': { input: ofNodes, output: labStatusSchema },
  /** Writes the memory of machines to disk and ends them; `lab.start` goes on where they were. */
  'lab.suspend': { input: ofNodes, output: labStatusSchema },
  /** Starts what is off, suspended or failed, and thaws what is frozen; answers when every daemon answers. */
  'lab.start': { input: ofNodes, output: labStatusSchema },
  /** Shuts machines down and starts them with what their Vagrantfile says now; on request they are set up again. */
  'lab.reload': { input: ofNodes.extend({ provision: z.boolean().optional() }), output: labStatusSchema },
  /** Gives the directors this version's program without leaving a virtual address alone: standby first, hand over, then master. */
  'lab.upgrade': { input: inLab, output: z.array(upgradeSchema) },
  'snapshot.list': { input: inLab, output: z.array(snapshotSchema) },
  /** All machines stand still, are taken, and go on together. */
  'snapshot.take': { input: snapshot, output: snapshotSchema },
  /** What the lab has become since is lost. */
  'snapshot.restore': { input: snapshot, output: labStatusSchema },
  'snapshot.delete': { input: snapshot, output: empty },
  'operation.cancel': { input: z.object({ operation: z.string() }), output: empty },
  /** Cuts the power: no shutdown, no goodbye. */
  'node.kill': { input: onNode, output: nodeStatusSchema },
  /** Answers when the node has booted; also thaws a frozen one. */
  'node.start': { input: onNode, output: nodeStatusSchema },
  'node.freeze': { input: onNode, output: nodeStatusSchema },
  'link.cut': { input: onNode.extend({ network: z.string() }), output: interfaceStatusSchema },
  'link.restore': { input: onNode.extend({ network: z.string() }), output: interfaceStatusSchema },
  /** Output is base64. Closed input is said with `session.end`. */
  'session.open': {
    input: onNode.extend({
      /** Absent: a login shell. */
      command: z.string().optional(),
      /** Absent: no pseudo-terminal. */
      terminal: z
        .object({ columns: z.number().int().min(1).max(1000), rows: z.number().int().min(1).max(1000) })
        .optional(),
    }),
    output: z.object({ session }),
  },
  'session.list': {
    input: inLab,
    output: z.array(
      z.object({ session, node, command: z.string().optional(), openedAt: z.number(), closed: z.boolean() }),
    ),
  },
  /** What the terminal has shown so far (at most 256 KiB, base64); from then on this connection gets its `session-output`. */
  'session.attach': {
    input: z.object({ session }),
    output: z.object({ node, history: z.string(), closed: z.boolean() }),
  },
  'session.write': { input: z.object({ session, data: z.string() }), output: empty },
  'session.end': { input: z.object({ session }), output: empty },
  'session.resize': {
    input: z.object({ session, columns: z.number().int().min(1).max(1000), rows: z.number().int().min(1).max(1000) }),
    output: empty,
  },
  'session.close': { input: z.object({ session }), output: empty },
  /** Whole small files over SFTP, base64; at most 1 MiB. */
  'file.read': { input: onNode.extend({ path: z.string() }), output: z.object({ data: z.string() }) },
  'file.write': {
    input: onNode.extend({ path: z.string(), data: z.string(), mode: z.number().int().optional() }),
    output: empty,
  },
  'drill.run': {
    input: inLab.extend({ drill: z.string(), options: drillOptionsSchema.partial().optional() }),
    output: drillReportSchema,
  },
  'drill.reports': { input: inLab, output: z.array(drillSummarySchema) },
  'drill.report': { input: inLab.extend({ id: z.string() }), output: drillReportSchema },
  /** From now on this connection gets `labs` events, a snapshot first. */
  'subscribe.labs': { input: empty, output: empty },
  /** From now on this connection gets every event of this lab, `lab-snapshot` first. */
  'subscribe.lab': { input: inLab, output: empty },
  'unsubscribe.lab': { input: inLab, output: empty },
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>;

export const events = {
  /** All labs, whenever one appears, disappears or changes its phase. */
  labs: z.object({ labs: z.array(labSummarySchema) }),
  'lab-snapshot': z.object({ lab, status: labStatusSchema, testbed: resolvedTestbedSchema }),
  'lab-phase': z.object({ lab, phase: labSummarySchema.shape.phase, error: rpcErrorSchema.optional() }),
  /** The lab is gone; nothing more will come for it. */
  'lab-removed': z.object({ lab }),
  'node-changed': z.object({ lab, node: nodeStatusSchema }),
  'virtual-addresses': z.object({ lab, virtualAddresses: z.array(virtualAddressStatusSchema) }),
  /** What a director said, as it said it. Its `snapshot` event comes here too, whenever the engine (re)connects to it. */
  director: z.object({ lab, node, event: directorEventSchema }),
  /** The director on this node no longer answers. */
  'director-lost': z.object({ lab, node }),
  /** Begins (all steps) and changes (only the steps that changed). */
  'operation-started': z.object({ lab, operation: operationSchema }),
  'operation-progress': z.object({ lab, operation: z.string(), steps: z.array(stepProgressSchema) }),
  'operation-ended': z.object({ lab, operation: z.string(), error: rpcErrorSchema.optional() }),
  'drill-started': z.object({
    lab,
    drill: z.string(),
    id: z.string(),
    options: drillOptionsSchema,
    startedAt: z.number(),
  }),
  'drill-event': z.object({ lab, id: z.string(), event: drillEventSchema }),
  /** Batches, at most ten a second. */
  'drill-samples': z.object({ lab, id: z.string(), samples: z.array(probeSampleSchema) }),
  'drill-ended': z.object({
    lab,
    id: z.string(),
    report: drillReportSchema.optional(),
    error: rpcErrorSchema.optional(),
  }),
  log: z.object({ lab, entry: logEntrySchema }),
  'session-output': z.object({ session, stream: z.enum(['stdout', 'stderr']), data: z.string() }),
  'session-exit': z.object({
    session,
    exitCode: z.number().int().optional(),
    signal: z.string().optional(),
    reason: z.string().optional(),
  }),
} as const satisfies Record<string, z.ZodType>;

export type Methods = typeof methods;
export type MethodName = keyof Methods;
/** What a caller may send: before defaults are filled in. */
export type MethodInput<M extends MethodName> = z.input<Methods[M]['input']>;
/** What a handler receives: parsed. */
export type MethodArguments<M extends MethodName> = z.output<Methods[M]['input']>;
export type MethodOutput<M extends MethodName> = z.output<Methods[M]['output']>;

export type Events = typeof events;
export type EventName = keyof Events;
export type EventPayload<E extends EventName> = z.output<Events[E]>;
/** Any event, discriminated by `event`. */
export type RpcEvent = { [E in EventName]: { event: E; payload: EventPayload<E> } }[EventName];
