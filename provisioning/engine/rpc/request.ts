import { z } from 'zod';
import { methods, RelevoError } from '../../contract/index.ts';
import type { MethodArguments, MethodName, RpcError } from '../../contract/index.ts';

const requestSchema = z.object({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.number(), z.string()]),
  method: z.string(),
  params: z.unknown(),
});
export type RpcRequest = z.infer<typeof requestSchema>;
export type RequestId = RpcRequest['id'];

/** JSON-RPC 2.0, section 5.1; -32000 is the first code that the specification leaves to servers. */
export const codes = { parse: -32700, request: -32600, method: -32601, params: -32602, server: -32000 } as const;

/** A message as it came, or the answer that refuses it. */
export function readRequest(text: string): RpcRequest | { readonly refused: object } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const error = new RelevoError('INVALID_INPUT', 'The message is not JSON.');
    return { refused: errorAnswer(null, error, codes.parse) };
  }
  const request = requestSchema.safeParse(value);
  if (request.success) return request.data;
  const error = new RelevoError('INVALID_INPUT', `The message is no JSON-RPC 2.0 request: ${sentence(request.error)}.`);
  return { refused: errorAnswer(idOf(value), error, codes.request) };
}

/** The id of a request that is wrong in some other way, so that its sender learns of it. */
function idOf(value: unknown): RequestId | null {
  const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : null;
  return typeof id === 'number' || typeof id === 'string' ? id : null;
}

export function isMethod(name: string): name is MethodName {
  return Object.hasOwn(methods, name);
}

/** What a handler may rely on; throws INVALID_INPUT (or INVALID_LAB_NAME) saying which field is wrong, and how. */
export function parseInput<M extends MethodName>(method: M, params: unknown): MethodArguments<M> {
  const parsed = methods[method].input.safeParse(params ?? {});
  if (parsed.success) return parsed.data as MethodArguments<M>;
  throw inputError(method, params, parsed.error);
}

/** Where `lab` names a lab to be made; elsewhere it only looks one up. */
const makesLab = new Set<MethodName>(['lab.up', 'lab.plan']);

function inputError(method: MethodName, params: unknown, error: z.ZodError): RelevoError {
  const lab = typeof params === 'object' && params !== null && 'lab' in params ? params.lab : undefined;
  if (makesLab.has(method) && typeof lab === 'string' && error.issues.some(({ path }) => path[0] === 'lab')) {
    return new RelevoError('INVALID_LAB_NAME', `"${shorten(lab)}" cannot be a lab's name.`, {
      hint: 'Use lower-case letters, digits and hyphens, a letter first, at most 31 characters.',
    });
  }
  return new RelevoError('INVALID_INPUT', `${method} was called with something it cannot take: ${sentence(error)}.`);
}

function sentence(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ');
}

const shorten = (text: string): string => (text.length <= 60 ? text : `${text.slice(0, 57)}…`);

export function resultAnswer(id: RequestId, result: unknown): object {
  return { jsonrpc: '2.0', id, result };
}

export function errorAnswer(id: RequestId | null, error: RelevoError, code: number = codes.server): object {
  const data: RpcError = error.toJSON();
  return { jsonrpc: '2.0', id, error: { code, message: data.message, data } };
}
