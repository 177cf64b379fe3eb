import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { command, CommandError } from './command.ts';
import { LabMachines } from './lab-machines.ts';
import { createNetworks } from './network.ts';
import { holderRequestSchema } from './protocol.ts';
import type { HolderMessage, HolderRequest } from './protocol.ts';
import { holderSpecificationSchema } from './specification.ts';
import type { HolderSpecification } from './specification.ts';

/**
 * The holder: process 1 of a lab's own process, network and mount namespaces. Every node is its child, every bridge and
 * mount of the lab belongs to its namespaces, so the kernel removes the whole lab when it dies. It outlives the engine once
 * the lab is committed; until then it ends with the engine that started it.
 */

/** How long a holder waits for its engine before the lab is committed. */
const FIRST_CONTACT_MS = 10_000;

let committed = false;

function readSpecification(): HolderSpecification {
  const path = process.argv[2];
  if (path === undefined) throw new Error('Usage: holder SPECIFICATION.json');
  return holderSpecificationSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
}

async function prepareMounts({ lab }: HolderSpecification): Promise<{ baseMount: string; ownProc: string }> {
  const baseMount = join(lab.directory, 'base');
  const ownProc = join(lab.directory, 'proc');
  for (const directory of [baseMount, ownProc]) mkdirSync(directory, { recursive: true });
  const layers = `index=off,lowerdir=/,upperdir=${join(lab.base, 'upper')},workdir=${join(lab.base, 'work')}`;
  await command('mount', ['-t', 'overlay', 'relevo-base', '-o', `ro,${layers}`, baseMount]);
  await command('mount', ['-t', 'proc', 'proc', ownProc]);
  return { baseMount, ownProc };
}

async function perform(machines: LabMachines, request: HolderRequest): Promise<void> {
  switch (request.method) {
    case 'hello':
      return;
    case 'start':
      return machines.start(request.node);
    case 'kill':
      return machines.kill(request.node);
    case 'freeze':
      return machines.freeze(request.node);
    case 'thaw':
      return machines.thaw(request.node);
    case 'cut':
      return machines.cut(request.node, request.network);
    case 'restore':
      return machines.restore(request.node, request.network);
    case 'commit':
      committed = true;
      return;
    case 'exit':
      process.exit(0);
  }
}

async function answer(machines: LabMachines, line: string): Promise<HolderMessage> {
  const request = holderRequestSchema.parse(JSON.parse(line));
  try {
    await perform(machines, request);
    return { type: 'answer', id: request.id, nodes: machines.all() };
  } catch (error) {
    const known = error instanceof CommandError ? { command: error.command, output: error.output } : {};
    return {
      type: 'refusal',
      id: request.id,
      message: error instanceof Error ? error.message : String(error),
      ...known,
    };
  }
}

function serve(socket: Socket, machines: LabMachines, clients: Set<Socket>): void {
  clients.add(socket);
  socket.on('error', () => undefined);
  socket.on('close', () => {
    clients.delete(socket);
    if (!committed && clients.size === 0) process.exit(0);
  });
  createInterface({ input: socket }).on('line', (line) => {
    void answer(machines, line).then((message) => send(socket, message));
  });
}

function send(socket: Socket, message: HolderMessage): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}

function announce(directory: string): void {
  // /proc is still the machine's own, so this is our number there.
  const [pid] = readFileSync('/proc/self/stat', 'utf8').split(' ');
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  const file = join(directory, 'holder.json');
  writeFileSync(`${file}.new`, JSON.stringify({ pid: Number(pid), startTime }));
  renameSync(`${file}.new`, file);
}

async function main(): Promise<void> {
  const specification = readSpecification();
  const { directory } = specification.lab;
  announce(directory);
  const clients = new Set<Socket>();
  const paths = await prepareMounts(specification);
  await createNetworks(specification.lab);
  const machines = new LabMachines(specification, paths, (node) => {
    for (const client of clients) send(client, { type: 'node', node });
  });
  const path = join(directory, 'holder.sock');
  if (existsSync(path)) rmSync(path);
  createServer((socket) => serve(socket, machines, clients)).listen(path);
  setTimeout(() => {
    if (!committed && clients.size === 0) process.exit(0);
  }, FIRST_CONTACT_MS);
  // Process 1 of a namespace ignores signals it does not handle; a polite request must end it too.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
