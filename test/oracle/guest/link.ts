import { createServer, type Server, type Socket } from 'node:net';

/** One network port of the guest, as QEMU's `-netdev stream` speaks it: frames behind their length, 4 bytes in network order. */
export class GuestLink {
  readonly #server: Server;
  #socket: Socket | undefined;
  #rest: Buffer = Buffer.alloc(0);
  readonly #listeners = new Set<(frame: Buffer) => void>();
  readonly path: string;

  private constructor(server: Server, path: string) {
    this.#server = server;
    this.path = path;
    server.on('connection', (socket) => {
      this.#socket = socket;
      socket.on('data', (chunk) => {
        this.#receive(chunk);
      });
      socket.on('error', () => socket.destroy());
    });
  }

  static async listen(path: string): Promise<GuestLink> {
    const server = createServer();
    const link = new GuestLink(server, path);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
    return link;
  }

  onFrame(listener: (frame: Buffer) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  send(frame: Uint8Array): void {
    if (this.#socket === undefined) throw new Error('The guest has not plugged in this port yet.');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(frame.length);
    this.#socket.write(Buffer.concat([length, frame]));
  }

  close(): void {
    this.#socket?.destroy();
    this.#server.close();
  }

  #receive(chunk: Buffer): void {
    let data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (data.length >= 4) {
      const end = 4 + data.readUInt32BE(0);
      if (data.length < end) break;
      const frame = Buffer.from(data.subarray(4, end));
      data = data.subarray(end);
      for (const listener of this.#listeners) listener(frame);
    }
    this.#rest = data;
  }
}
