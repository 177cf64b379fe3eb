import { RelevoError, rpcErrorSchema } from '../contract/error.ts';

/** What an engine sends, told apart. */
export type EngineMessage =
  | { readonly kind: 'event'; readonly event: string; readonly payload: unknown }
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: unknown };

/** Undefined for anything that is not a JSON-RPC 2.0 answer or one of our events. */
export function readMessage(text: string): EngineMessage | undefined {
  const message = parseObject(text);
  if (message === undefined) return undefined;
  if (message['method'] === 'event') return readEvent(message['params']);
  const id = message['id'];
  if (typeof id !== 'number') return undefined;
  return 'error' in message
    ? { kind: 'error', id, error: message['error'] }
    : { kind: 'result', id, result: message['result'] };
}

function readEvent(params: unknown): EngineMessage | undefined {
  if (!isRecord(params) || typeof params['event'] !== 'string') return undefined;
  return { kind: 'event', event: params['event'], payload: params['payload'] };
}

/** The error that the engine meant; its `data` carries code and detail. */
export function errorFromWire(error: unknown): RelevoError {
  const data = rpcErrorSchema.safeParse(isRecord(error) ? error['data'] : undefined);
  if (data.success) return new RelevoError(data.data.code, data.data.message, data.data.detail);
  return new RelevoError(
    'INTERNAL',
    `The lab engine answered with an error that says nothing: ${JSON.stringify(error)}`,
  );
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
