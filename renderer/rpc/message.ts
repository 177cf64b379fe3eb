import { z } from 'zod';
import { events, methods, rpcErrorSchema } from '../../provisioning/contract/index.ts';
import type { EventName, MethodName, MethodOutput, RpcError, RpcEvent } from '../../provisioning/contract/index.ts';

/** What the engine may send: the answer to a call, or an event. Anything else is not for us. */
export type ServerMessage =
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: RpcError }
  | { readonly kind: 'event'; readonly event: RpcEvent }
  | { readonly kind: 'malformed'; readonly reason: string };

const envelopeSchema = z.object({
  id: z.number().nullish(),
  method: z.string().optional(),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
  error: z.object({ message: z.string(), data: z.unknown().optional() }).optional(),
});
const eventParamsSchema = z.object({ event: z.string(), payload: z.unknown() });

/** Reads one text frame. Never throws: a frame that breaks the contract is a value, so that one bad event stops nothing. */
export function readServerMessage(text: string): ServerMessage {
  const envelope = envelopeSchema.safeParse(parseJson(text));
  if (!envelope.success) return { kind: 'malformed', reason: z.prettifyError(envelope.error) };
  const { id, method, params, result, error } = envelope.data;
  if (method === 'event') return readEvent(params);
  if (typeof id !== 'number') return { kind: 'malformed', reason: 'neither an answer nor an event' };
  if (error !== undefined) return { kind: 'error', id, error: readError(error) };
  return { kind: 'result', id, result };
}

/** The answer to `method`, checked against the contract. */
export function readResult<M extends MethodName>(method: M, result: unknown): MethodOutput<M> {
  return methods[method].output.parse(result) as MethodOutput<M>;
}

function readEvent(params: unknown): ServerMessage {
  const parsed = eventParamsSchema.safeParse(params);
  if (!parsed.success) return { kind: 'malformed', reason: z.prettifyError(parsed.error) };
  const { event, payload } = parsed.data;
  if (!isEventName(event)) return { kind: 'malformed', reason: `unknown event "${event}"` };
  const checked = events[event].safeParse(payload);
  if (!checked.success) return { kind: 'malformed', reason: `${event}: ${z.prettifyError(checked.error)}` };
  return { kind: 'event', event: { event, payload: checked.data } as RpcEvent };
}

function readError(error: { message: string; data?: unknown }): RpcError {
  const data = rpcErrorSchema.safeParse(error.data);
  return data.success ? data.data : { code: 'INTERNAL', message: error.message, detail: {} };
}

function isEventName(name: string): name is EventName {
  return Object.hasOwn(events, name);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
