import type { Server } from 'node:http';
import { RelevoError } from '../contract/index.ts';

/** Loopback only: the engine runs as root, and nobody else's machine has business with it. */
const ADDRESS = '127.0.0.1';

/** Resolves with the port in use, which the system chose when `port` is 0. */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, port)));
    server.listen({ host: ADDRESS, port, exclusive: true }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function listenError(error: NodeJS.ErrnoException, port: number): RelevoError {
  if (error.code === 'EADDRINUSE') {
    return new RelevoError(
      'PORT_IN_USE',
      `Port ${port} of ${ADDRESS} is in use by another program.`,
      {
        hint: `See which one with "ss -ltnp sport = :${port}", choose another with --port, or leave --port out for any free one.`,
      },
      error,
    );
  }
  return new RelevoError('INVALID_INPUT', `The lab engine cannot listen at port ${port}: ${error.message}.`, {}, error);
}
