import { z } from 'zod';
import { adminMethods, adminVersion, watchInputSchema, type AdminFailure, type AdminMethod } from '../../api/admin.ts';
import { DirectorError, errorCode, errorMessage } from '../errors.ts';

export type WatchRequest = z.output<typeof watchInputSchema>;

/** A request that has been understood. */
export type AdminRequest =
  | { readonly method: AdminMethod; readonly input: unknown }
  | { readonly method: 'watch'; readonly input: WatchRequest };

const envelopeSchema = z.looseObject({ method: z.string(), version: z.number().optional() });

/**
 * What a line asks for. The admin socket speaks lines of JSON: a request is `{"method": …}` with the method's own fields
 * beside it; its answer is one line, `{"result": …}` or `{"error": {"code", "message"}}`. `watch` is answered by events
 * (director/api/event.ts), one a line. Throws DirectorError `bad-request`, `unsupported-version` or `unknown-method`.
 */
export function parseRequest(line: string): AdminRequest {
  const parsed = envelopeSchema.safeParse(parseJson(line));
  if (!parsed.success)
    throw new DirectorError('bad-request', `A request is an object with a method: ${problems(parsed.error)}`);
  const { method, version = adminVersion, ...fields } = parsed.data;
  if (version !== adminVersion)
    throw new DirectorError(
      'unsupported-version',
      `This director speaks version ${adminVersion} of the admin API, not ${version}`,
    );
  return readRequest(method, fields);
}

/** A method by its name, with its fields checked. Throws DirectorError `unknown-method` or `bad-request`. */
export function readRequest(method: string, fields: unknown): AdminRequest {
  if (method === 'watch') return { method, input: check(method, watchInputSchema, fields) };
  if (isMethod(method)) return { method, input: check<unknown>(method, adminMethods[method].input, fields) };
  const known = [...Object.keys(adminMethods), 'watch'].join(', ');
  throw new DirectorError('unknown-method', `There is no method ${JSON.stringify(method)}; known: ${known}`);
}

/** Throws DirectorError `bad-request`. */
export function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new DirectorError('bad-request', `A request is a line of JSON: ${errorMessage(error)}`);
  }
}

function isMethod(name: string): name is AdminMethod {
  return Object.hasOwn(adminMethods, name);
}

function check<Value>(method: string, schema: z.ZodType<Value>, fields: unknown): Value {
  const parsed = schema.safeParse(fields);
  if (parsed.success) return parsed.data;
  throw new DirectorError('bad-request', `The fields of ${method} are wrong: ${problems(parsed.error)}`);
}

function problems(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ');
}

export function failureOf(error: unknown): AdminFailure {
  return { code: errorCode(error) ?? 'internal', message: errorMessage(error) };
}
