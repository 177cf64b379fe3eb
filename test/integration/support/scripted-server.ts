import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Behaviour } from './haproxy-checks-cases.ts';

/** A server that does with each connection what its script says next; and remembers what it was asked. */
export class ScriptedServer {
  readonly asked: string[] = [];
  readonly #script: readonly Behaviour[];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #connections = 0;

  private constructor(script: readonly Behaviour[], pem?: string) {
    this.#script = script;
    this.#server =
      pem === undefined
        ? createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket))
        : createTlsServer({ cert: pem, key: pem }, (socket) => this.#accept(socket));
  }

  /** `pem`: certificate and key, where it speaks TLS. */
  static async listen(script: readonly Behaviour[], pem?: string): Promise<ScriptedServer> {
    const made = new ScriptedServer(script, pem);
    await new Promise<void>((resolve) => void made.#server.listen(0, '127.0.0.1', resolve));
    return made;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The script begins again. */
  rewind(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.asked.length = 0;
    this.#connections = 0;
  }

  close(): void {
    this.rewind();
    this.#server.close();
  }

  #accept(socket: Socket): void {
    const number = this.#connections++;
    const behaviour = this.#script[Math.min(number, this.#script.length - 1)] ?? {};
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('end', () => socket.end());
    let acted = behaviour.unasked === true;
    if (acted) act(socket, behaviour);
    socket.on('data', (data) => {
      this.asked[number] = (this.asked[number] ?? '') + data.toString('latin1');
      if (!acted) act(socket, behaviour);
      acted = true;
    });
  }
}

function act(socket: Socket, { says, pauses, rest, then }: Behaviour): void {
  if (says !== undefined) socket.write(Buffer.from(says, 'latin1'));
  const end = (): void => {
    if (rest !== undefined) socket.write(Buffer.from(rest, 'latin1'));
    if (then === 'close') socket.end();
    else if (then === 'reset') socket.resetAndDestroy();
  };
  if (pauses === undefined) end();
  else setTimeout(end, pauses);
}
