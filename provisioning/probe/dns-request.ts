import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { decodeAnswer, encodeQuery } from './dns-message.ts';
import type { Outcome } from './outcome.ts';

/**
 * Asks one question over a socket, and so a source port, of its own: a director keeps one UDP connection entry per port, and
 * a shared port would be sent to one server for ever. The question is sent once. Never rejects.
 *
 * @param port for tests; the well-known port otherwise
 */
export function askName(server: string, query: string, timeoutMs: number, port = 53): Promise<Outcome> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const id = randomInt(0x10000);
    const end = (outcome: Outcome): void => {
      clearTimeout(timer);
      socket.removeAllListeners();
      // A send in flight may still report an error.
      socket.on('error', () => undefined);
      socket.close();
      resolve(outcome);
    };
    const timer = setTimeout(() => {
      end({ ok: false, error: `no answer within ${timeoutMs} ms` });
    }, timeoutMs);
    socket.on('error', (error: NodeJS.ErrnoException) => {
      end({ ok: false, error: error.code ?? error.message });
    });
    socket.on('message', (datagram) => {
      const outcome = decodeAnswer(id, datagram);
      if (outcome !== undefined) end(outcome);
    });
    // A connected socket hears of ICMP errors (nobody listens, no route) instead of waiting for its time-out.
    socket.connect(port, server, () => {
      socket.send(encodeQuery(id, query));
    });
  });
}
