import { WebSocket } from 'ws';
import { RelevoError } from '../contract/error.ts';
import { EngineClient } from './engine-client.ts';

/** Long enough for a machine that is busy starting a lab; loopback itself needs a millisecond. */
const HANDSHAKE_TIMEOUT_MS = 5000;

/** Connects to a running engine, or rejects with ENGINE_UNREACHABLE or UNAUTHORIZED. */
export function connect(engine: { readonly port: number; readonly token: string }): Promise<EngineClient> {
  const socket = new WebSocket(`ws://127.0.0.1:${engine.port}/rpc`, ['relevo', `token.${engine.token}`], {
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    perMessageDeflate: false,
  });
  return new Promise((resolve, reject) => {
    // Listens to messages from the first moment: none may pass between `open` and the caller's turn.
    const client = new EngineClient(socket);
    socket.once('open', () => resolve(client));
    socket.once('error', (cause) => reject(unreachable(engine.port, cause)));
  });
}

function unreachable(port: number, cause: Error): RelevoError {
  const refused = /response: 40[13]/.test(cause.message);
  return refused
    ? new RelevoError('UNAUTHORIZED', `The lab engine at port ${port} refused the token.`, {}, cause)
    : new RelevoError(
        'ENGINE_UNREACHABLE',
        `No lab engine answers at 127.0.0.1:${port}.`,
        { cause: cause.message, hint: 'Start one with: relevo serve' },
        cause,
      );
}
