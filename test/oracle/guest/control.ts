import { createServer, type Server, type Socket } from 'node:net';

export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** The guest's shell behind a virtio port: see init.sh for the two kinds of lines. Answers come in the order of the requests. */
export class Control {
  readonly #server: Server;
  #socket: Socket | undefined;
  #buffer: Buffer = Buffer.alloc(0);
  #next = 1;
  readonly #waiting = new Map<string, (result: CommandResult) => void>();
  readonly ready: Promise<unknown>;

  private constructor(server: Server) {
    this.#server = server;
    this.ready = new Promise((resolve) => this.#waiting.set('ready', resolve));
    server.on('connection', (socket) => {
      this.#socket = socket;
      socket.on('data', (chunk) => {
        this.#buffer = Buffer.concat([this.#buffer, chunk]);
        while (this.#takeAnswer());
      });
      socket.on('error', () => socket.destroy());
    });
  }

  static async listen(path: string): Promise<Control> {
    const server = createServer();
    const control = new Control(server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
    return control;
  }

  request(script: string): Promise<CommandResult> {
    const socket = this.#socket;
    if (socket === undefined) return Promise.reject(new Error('The guest does not listen yet.'));
    const id = String(this.#next++);
    const lines = script.split('\n');
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      socket.write(`${id} ${lines.length}\n${lines.join('\n')}\n`);
    });
  }

  close(): void {
    this.#socket?.destroy();
    this.#server.close();
  }

  /** Whatever stands before the next `@@` is noise. */
  #takeAnswer(): boolean {
    const start = this.#buffer.indexOf('@@ ');
    const end = start < 0 ? -1 : this.#buffer.indexOf('\n', start);
    if (end < 0) return false;
    const [, id = '', code, out, err] = this.#buffer.toString('latin1', start, end).trim().split(' ');
    const middle = end + 1 + Number(out);
    const last = middle + Number(err);
    if (this.#buffer.length < last) return false;
    const result = {
      stdout: this.#buffer.toString('utf8', end + 1, middle),
      stderr: this.#buffer.toString('utf8', middle, last),
      code: Number(code),
    };
    this.#buffer = this.#buffer.subarray(last);
    this.#waiting.get(id)?.(result);
    this.#waiting.delete(id);
    return true;
  }
}
