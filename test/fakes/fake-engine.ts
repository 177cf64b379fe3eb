import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import type { LabStatus, MethodName, ProviderName, RpcEvent } from '../../provisioning/contract/index.ts';
import { methods, RelevoError } from '../../provisioning/contract/index.ts';
import { loadTestbed } from '../../testbeds/load.ts';
import type { ResolvedTestbed } from '../../testbeds/resolved.ts';
import type { FakeClient, Handlers } from './fake-handlers.ts';
import { createHandlers } from './fake-handlers.ts';
import { FakeLabs } from './fake-labs.ts';
import { FakeLifecycle } from './fake-lifecycle.ts';
import { FakeSessions } from './fake-sessions.ts';
import { serveFile } from './static-files.ts';

export interface FakeEngineOptions {
  readonly port?: number;
  readonly token?: string;
  /** Folder of the built window. */
  readonly root?: string;
  /** Milliseconds a step of a start takes: 27 steps of 110 ms are about three seconds. */
  readonly stepMs?: number;
  /** Of namespaces. */
  readonly providerAvailable?: boolean;
  readonly vagrantAvailable?: boolean;
  /** Name of a lab that already runs, taken over from an engine before. */
  readonly adopted?: string;
  /** What the adopted lab is made of; by default namespaces. */
  readonly adoptedProvider?: ProviderName;
}

export interface FakeEngine {
  /** What a person would open: address and token. */
  readonly url: string;
  readonly port: number;
  readonly token: string;
  /** What the window has asked for: its provider and options. */
  lab(name: string): LabStatus;
  close(): Promise<void>;
}

/** A lab engine without labs: it speaks the contract over a real WebSocket and pretends the rest, in real time. */
export async function startFakeEngine(options: FakeEngineOptions = {}): Promise<FakeEngine> {
  const { token = 'fake-token', root = join(process.cwd(), 'dist/renderer'), stepMs = 110 } = options;
  const clients = new Set<FakeClient>();
  const labs = new FakeLabs((event) => deliver(clients, event), stepMs);
  const testbed = await loadTfg();
  if (options.adopted !== undefined) labs.adopt(options.adopted, testbed, options.adoptedProvider);
  const sessions = new FakeSessions();
  const lifecycle = new FakeLifecycle((event) => deliver(clients, event), stepMs);
  const { providerAvailable = true, vagrantAvailable = true } = options;
  const world = { testbeds: [testbed], labs, lifecycle, sessions, providerAvailable, vagrantAvailable };
  const handlers = createHandlers(world);
  const server = createServer((request, response) => {
    serveFile(root, request, response).catch(() => response.destroy());
  });
  const sockets = new WebSocketServer({
    server,
    path: '/rpc',
    handleProtocols: () => 'relevo',
    verifyClient: ({ req }: { req: { headers: Record<string, unknown> } }) =>
      String(req.headers['sec-websocket-protocol']).includes(`token.${token}`),
  });
  sockets.on('connection', (socket) => {
    const client = welcome(socket, handlers);
    clients.add(client);
    socket.on('close', () => {
      clients.delete(client);
      sessions.forgetListener(client.send);
    });
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    labs.close();
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    url: `http://127.0.0.1:${port}/#token=${token}`,
    port,
    token,
    lab: (name) => labs.get(name).status(),
    close,
  };
}

async function loadTfg(): Promise<ResolvedTestbed> {
  const result = await loadTestbed('tfg', { directory: join(process.cwd(), 'testbeds') });
  if (result.kind !== 'loaded') throw new Error(`The testbed "tfg" does not load: ${JSON.stringify(result)}`);
  return result.testbed;
}

function deliver(clients: ReadonlySet<FakeClient>, event: RpcEvent): void {
  for (const client of clients) {
    const wanted =
      event.event === 'labs' ? client.wantsLabs : 'lab' in event.payload && client.labs.has(event.payload.lab);
    if (wanted) client.send(event);
  }
}

function welcome(socket: WebSocket, handlers: Handlers): FakeClient {
  const send = (message: object): void => socket.send(JSON.stringify({ jsonrpc: '2.0', ...message }));
  const client: FakeClient = {
    labs: new Set(),
    wantsLabs: false,
    send: (event) => send({ method: 'event', params: event }),
  };
  socket.on('message', (data: Buffer) => {
    const { id, method, params } = requestSchema.parse(JSON.parse(data.toString('utf8')));
    call(handlers, method, params, client).then(
      (result) => send({ id, result }),
      (thrown: unknown) => {
        const error = thrown instanceof RelevoError ? thrown : new RelevoError('INTERNAL', String(thrown));
        send({ id, error: { code: -32000, message: error.message, data: error.toJSON() } });
      },
    );
  });
  return client;
}

const requestSchema = z.object({ id: z.number(), method: z.string(), params: z.unknown() });

async function call(handlers: Handlers, method: string, params: unknown, client: FakeClient): Promise<unknown> {
  if (!Object.hasOwn(methods, method)) throw new RelevoError('UNKNOWN_METHOD', `There is no method "${method}".`);
  const name = method as MethodName;
  const input = methods[name].input.safeParse(params);
  if (!input.success) throw new RelevoError('INVALID_INPUT', z.prettifyError(input.error));
  // The map's type holds each handler to its own method; the union of all of them cannot be called.
  const handler = handlers[name] as (parameters: unknown, client: FakeClient) => unknown;
  return methods[name].output.parse(await handler(input.data, client));
}
