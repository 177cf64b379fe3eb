import { z } from 'zod';

/**
 * What engine and holder say to each other over the holder's Unix socket, one JSON object a line. The holder does only what
 * must be done inside the lab's own namespaces or must outlive the engine.
 */
export const holderNodeSchema = z.object({
  node: z.string(),
  power: z.enum(['off', 'booting', 'on', 'frozen']),
  cut: z.array(z.string()),
  /** The number of the node's process 1 on this machine. */
  pid: z.number().int().optional(),
  bootStatus: z.number().int().optional(),
});
export type HolderNode = z.infer<typeof holderNodeSchema>;

const node = z.object({ node: z.string() });
const link = node.extend({ network: z.string() });

export const holderRequestSchema = z.discriminatedUnion('method', [
  z.object({ id: z.number(), method: z.literal('hello') }),
  node.extend({ id: z.number(), method: z.literal('start') }),
  node.extend({ id: z.number(), method: z.literal('kill') }),
  node.extend({ id: z.number(), method: z.literal('freeze') }),
  node.extend({ id: z.number(), method: z.literal('thaw') }),
  link.extend({ id: z.number(), method: z.literal('cut') }),
  link.extend({ id: z.number(), method: z.literal('restore') }),
  z.object({ id: z.number(), method: z.literal('commit') }),
  z.object({ id: z.number(), method: z.literal('exit') }),
]);
export type HolderRequest = z.infer<typeof holderRequestSchema>;
export type HolderMethod = HolderRequest['method'];

export const holderMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('answer'), id: z.number(), nodes: z.array(holderNodeSchema) }),
  z.object({
    type: z.literal('refusal'),
    id: z.number(),
    message: z.string(),
    command: z.string().optional(),
    output: z.string().optional(),
  }),
  z.object({ type: z.literal('node'), node: holderNodeSchema }),
]);
export type HolderMessage = z.infer<typeof holderMessageSchema>;
