import { errorCode, errorMessage } from '../errors.ts';

/**
 * The admin socket speaks lines of JSON. A request is `{"method": …}`; its answer is one line, `{"result": …}` or
 * `{"error": {"code", "message"}}`. `watch` is answered by events (director/api/event.ts), one a line, until either side
 * closes.
 */
export type AdminRequest =
  | { readonly method: 'snapshot' | 'connections' | 'reload' | 'stop' }
  /** `adverts`: with an event for every advertisement sent and heard. */
  | { readonly method: 'watch'; readonly adverts: boolean };

export interface AdminFailure {
  readonly code: string;
  readonly message: string;
}

const methods = ['snapshot', 'connections', 'reload', 'stop', 'watch'] as const;

/** What a line asks for, or why it cannot be understood. */
export function parseRequest(line: string): AdminRequest | AdminFailure {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return { code: 'bad-request', message: `A request is a line of JSON: ${errorMessage(error)}` };
  }
  const fields = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const method = methods.find((candidate) => candidate === fields['method']);
  if (method === undefined)
    return {
      code: 'unknown-method',
      message: `There is no method ${JSON.stringify(fields['method'])}; known: ${methods.join(', ')}`,
    };
  return method === 'watch' ? { method, adverts: fields['adverts'] === true } : { method };
}

export function failureOf(error: unknown): AdminFailure {
  return { code: errorCode(error) ?? 'internal', message: errorMessage(error) };
}
