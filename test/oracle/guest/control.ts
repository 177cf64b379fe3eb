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

  /** See init.sh; whatever stands before an answer is noise. */
  #takeAnswer(): boolean {
    const end = this.#buffer.indexOf('\x01.\n');
    if (end < 0) return false;
    const text = this.#buffer.toString('utf8', 0, end);
    this.#buffer = this.#buffer.subarray(end + 3);
    const found = /\x01O (\S+)\n([^]*)\x01E (\d+)\n([^]*)$/.exec(text);
    if (found === null) throw new Error(`The guest said what is no answer: ${JSON.stringify(text)}`);
    const [, id = '', stdout = '', code, stderr = ''] = found;
    this.#waiting.get(id)?.({ stdout, stderr, code: Number(code) });
    this.#waiting.delete(id);
    return true;
  }
}
