import { RelevoError } from '../../contract/index.ts';
import type { MethodArguments, MethodName, MethodOutput } from '../../contract/index.ts';
import type { RpcClient } from './client.ts';
import { codes, errorAnswer, isMethod, parseInput, readRequest, resultAnswer } from './request.ts';
import type { RpcRequest } from './request.ts';

/**
 * One handler a method. A handler that answers without a promise is answered for in the same turn: nothing that happens later
 * can reach the client before the answer, which is what makes "history first, then the stream" hold.
 */
export type Handlers = {
  readonly [M in MethodName]: (
    input: MethodArguments<M>,
    client: RpcClient,
  ) => MethodOutput<M> | Promise<MethodOutput<M>>;
};

export interface DispatcherOptions {
  readonly handlers: Handlers;
  /** Told of every error that is ours: INTERNAL is a defect. */
  readonly onDefect: (method: string, error: unknown) => void;
}

/** Reads one message, runs its handler and answers exactly once. */
export class Dispatcher {
  readonly #handlers: Handlers;
  readonly #onDefect: DispatcherOptions['onDefect'];

  constructor({ handlers, onDefect }: DispatcherOptions) {
    this.#handlers = handlers;
    this.#onDefect = onDefect;
  }

  receive(text: string, client: RpcClient, answer: (message: object) => void): void {
    const request = readRequest(text);
    if ('refused' in request) return answer(request.refused);
    const { id, method } = request;
    const fail = (error: unknown): void => answer(this.#failure(request, error));
    if (!isMethod(method)) {
      const error = new RelevoError('UNKNOWN_METHOD', `There is no method named "${method.slice(0, 60)}".`);
      return answer(errorAnswer(id, error, codes.method));
    }
    try {
      const output = this.#run(method, request.params, client);
      if (output instanceof Promise) output.then((result: unknown) => answer(resultAnswer(id, result)), fail);
      else answer(resultAnswer(id, output));
    } catch (error) {
      fail(error);
    }
  }

  #run(method: MethodName, params: unknown, client: RpcClient): unknown {
    const input = parseInput(method, params);
    // Parsed by this method's own schema; which of all is more than the type of a union can say.
    const handler = this.#handlers[method] as (input: unknown, client: RpcClient) => unknown;
    return handler(input, client);
  }

  #failure({ id, method }: RpcRequest, error: unknown): object {
    if (error instanceof RelevoError) {
      const code = error.code === 'INVALID_INPUT' || error.code === 'INVALID_LAB_NAME' ? codes.params : codes.server;
      return errorAnswer(id, error, code);
    }
    this.#onDefect(method, error);
    const message = error instanceof Error ? error.message : String(error);
    return errorAnswer(
      id,
      new RelevoError('INTERNAL', `The lab engine failed in ${method}: ${message}`, {
        hint: 'This is a defect of Relevo. engine.log in the state directory says more.',
      }),
    );
  }
}
