import { chmodSync, chownSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { CommandInterpreter } from '../../engine/proxy/commands/interpreter.ts';
import type { SocketPermissions } from '../../engine/proxy/endpoints.ts';
import type { StatsSocket } from '../../engine/proxy/global.ts';
import { DirectorError } from '../errors.ts';
import { type ListeningPlace, placesOf } from './listening-socket.ts';

/** The longest line; HAProxy's buffer. */
const LONGEST_LINE = 16_384;

export interface RuntimeSocketOptions {
  readonly settings: StatsSocket;
  /** Clients at once over all sockets (`stats maxconn`), and how long one may be quiet, milliseconds. */
  readonly maximumClients: number;
  readonly timeoutMs: number;
  /** One for each client. */
  interpreter(settings: StatsSocket): CommandInterpreter;
  /** Milliseconds since 1970. */
  now(): number;
}

/** `stats socket`: takes commands, one or several lines of them from each client. */
export class RuntimeSocket {
  readonly #options: RuntimeSocketOptions;
  readonly #servers: Server[] = [];
  readonly #clients = new Set<Socket>();
  readonly #paths: string[] = [];

  constructor(options: RuntimeSocketOptions) {
    this.#options = options;
  }

  /** Rejects with DirectorError when a socket cannot be had; `stop` is to be called then as well. */
  async start(): Promise<void> {
    for (const place of placesOf(this.#options.settings.bind)) await this.#listen(place);
  }

  stop(): void {
    for (const server of this.#servers) server.close();
    for (const client of this.#clients) client.destroy();
    for (const path of this.#paths) rmSync(path, { force: true });
    this.#servers.length = 0;
    this.#paths.length = 0;
  }

  async #listen(place: ListeningPlace): Promise<void> {
    const { endpoint } = place;
    const server = createServer({ allowHalfOpen: true }, (client) => this.#welcome(client));
    this.#servers.push(server);
    // Nobody finds it before its permissions are right, and whoever had it before has it until then.
    const path = endpoint.kind === 'unix' && !endpoint.abstract ? endpoint.path : undefined;
    const temporary = path === undefined ? undefined : `${path}.${process.pid}.tmp`;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) =>
        reject(new DirectorError('cannot-listen', `Cannot listen on ${place.name}: ${error.message}.`)),
      );
      server.listen(listenOptions(place, temporary), resolve);
    });
    if (path === undefined || temporary === undefined) return;
    permit(temporary, this.#options.settings.permissions);
    renameSync(temporary, path);
    this.#paths.push(path);
  }

  #welcome(client: Socket): void {
    const { settings, maximumClients, timeoutMs } = this.#options;
    if (this.#clients.size >= maximumClients) {
      client.destroy();
      return;
    }
    this.#clients.add(client);
    const interpreter = this.#options.interpreter(settings);
    let line = '';
    client.setEncoding('latin1');
    client.setTimeout(timeoutMs, () => client.destroy());
    client.on('error', () => client.destroy());
    client.on('close', () => this.#clients.delete(client));
    client.on('end', () => client.end());
    client.on('data', (text: string) => {
      line += text;
      for (let end = line.indexOf('\n'); end !== -1 && !interpreter.state.over; end = line.indexOf('\n')) {
        this.#answer(client, interpreter, line.slice(0, end).replace(/\r$/, ''));
        line = line.slice(end + 1);
      }
      if (line.length > LONGEST_LINE) client.destroy();
    });
  }

  #answer(client: Socket, interpreter: CommandInterpreter, line: string): void {
    client.write(interpreter.answer(line, this.#options.now()), 'latin1');
    const { over, timeoutMs } = interpreter.state;
    if (timeoutMs !== undefined) client.setTimeout(timeoutMs);
    if (over) client.end();
  }
}

function listenOptions({ endpoint, port }: ListeningPlace, temporary: string | undefined) {
  if (endpoint.kind === 'descriptor') return { fd: endpoint.descriptor };
  if (endpoint.kind === 'unix') return { path: temporary ?? `\0${endpoint.path}` };
  const any = endpoint.family === 6 ? '::' : '0.0.0.0';
  return { port, host: endpoint.host === 'any' ? any : endpoint.host };
}

function permit(path: string, { mode, user, group }: SocketPermissions): void {
  // HAProxy leaves it to the process's umask when the file says nothing.
  if (mode !== undefined) chmodSync(path, mode);
  if (user === undefined && group === undefined) return;
  chownSync(path, idOf('/etc/passwd', user), idOf('/etc/group', group));
}

/** -1 leaves it as it is. */
function idOf(file: string, name: string | undefined): number {
  if (name === undefined) return -1;
  if (/^\d+$/.test(name)) return Number(name);
  const line = readFileSync(file, 'utf8')
    .split('\n')
    .find((one) => one.startsWith(`${name}:`));
  if (line === undefined) throw new DirectorError('cannot-listen', `There is no "${name}" in ${file}.`);
  return Number(line.split(':')[2]);
}
