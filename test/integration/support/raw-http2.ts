import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';

// Frames of HTTP/2 by hand: what no client's library would send.

export const DATA = 0;
export const HEADERS = 1;
export const PRIORITY = 2;
export const RST_STREAM = 3;
export const SETTINGS = 4;
export const PING = 6;
export const GOAWAY = 7;
export const CONTINUATION = 9;
export const END_STREAM = 1;
export const END_HEADERS = 4;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

export function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** HPACK, each field literally and without any table (RFC 7541 section 6.2.2). */
export function fieldBlock(fields: readonly (readonly [string, string])[]): Buffer {
  const text = (value: string): Buffer => Buffer.concat([length(value.length), Buffer.from(value, 'latin1')]);
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.of(0), text(name), text(value)]));
}

/** An integer with a prefix of seven bits (RFC 7541 section 5.1). */
function length(value: number): Buffer {
  if (value < 127) return Buffer.of(value);
  const octets = [127];
  let left = value - 127;
  for (; left >= 128; left = Math.floor(left / 128)) octets.push((left % 128) + 128);
  return Buffer.of(...octets, left);
}

/** A connection whose client says what the test wants. */
export class RawHttp2 {
  readonly socket: TLSSocket;
  readonly frames: Frame[] = [];
  #left: Buffer = Buffer.alloc(0);

  private constructor(socket: TLSSocket) {
    this.socket = socket;
    socket.on('data', (piece: Buffer) => this.#read(piece)).on('error', () => undefined);
  }

  static async open(port: number): Promise<RawHttp2> {
    const socket = connect({ port, host: '127.0.0.1', ALPNProtocols: ['h2'], rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const client = new RawHttp2(socket);
    client.send(Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(SETTINGS, 0, 0));
    return client;
  }

  send(...frames: readonly Buffer[]): void {
    if (this.socket.writable) this.socket.write(Buffer.concat(frames));
  }

  /** The first frame of the type on the stream, or undefined when the connection has ended or the time is over. */
  async frame(type: number, stream: number, timeoutMs = 5000): Promise<Frame | undefined> {
    const until = Date.now() + timeoutMs;
    for (;;) {
      const found = this.frames.find((one) => one.type === type && one.stream === stream);
      if (found !== undefined || this.socket.destroyed || Date.now() > until) return found;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  #read(piece: Buffer): void {
    this.#left = Buffer.concat([this.#left, piece]);
    while (this.#left.length >= 9) {
      const end = 9 + this.#left.readUIntBE(0, 3);
      if (this.#left.length < end) return;
      const [type = 0, flags = 0] = this.#left.subarray(3, 5);
      const stream = this.#left.readUInt32BE(5) & 0x7fffffff;
      this.frames.push({ type, flags, stream, payload: this.#left.subarray(9, end) });
      this.#left = this.#left.subarray(end);
    }
  }
}
