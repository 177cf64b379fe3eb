import type { ServerRuntime } from '../runtime/server-runtime.ts';
import { CommandError, type Command, type Invocation, namedServer } from './command.ts';

function switchOver(
  name: string,
  usage: string,
  change: (server: ServerRuntime, invocation: Invocation) => void,
): Command {
  return {
    ...{ name, usage, level: 'admin' },
    run: (invocation: Invocation): string => {
      change(namedServer(invocation), invocation);
      return '';
    },
  };
}

const mode =
  (wanted: 'ready' | 'maint') =>
  (server: ServerRuntime, { scope, now }: Invocation): void => {
    if (wanted === 'ready') scope.servers.states.administration.clearMaintenance(server, now);
    else scope.servers.states.administration.setMaintenance(server, now);
  };

function enableHealth(server: ServerRuntime): void {
  if (server.settings.check === undefined)
    throw new CommandError('Health check was not configured on this server, cannot enable.\n');
  server.checking = true;
}

function enableAgent(server: ServerRuntime): void {
  if (server.settings.agent === undefined)
    throw new CommandError('Agent was not configured on this server, cannot enable.\n');
  server.agentChecking = true;
}

function setWeight({ scope, words, now }: Invocation, server: ServerRuntime): string {
  const refusal = scope.servers.states.setWeight(server, words[1] ?? '', now);
  if (refusal !== undefined) throw new CommandError(refusal);
  return '';
}

export const serverCommands: readonly Command[] = [
  switchOver(
    'disable server',
    "disable server (DEPRECATED)             : disable a server for maintenance (use 'set server' instead)",
    mode('maint'),
  ),
  switchOver(
    'enable server',
    "enable server  (DEPRECATED)             : enable a disabled server (use 'set server' instead)",
    mode('ready'),
  ),
  switchOver('disable health', 'disable health                          : disable health checks', (server) => {
    server.checking = false;
  }),
  switchOver('enable health', 'enable health                           : enable health checks', enableHealth),
  switchOver('disable agent', 'disable agent                           : disable agent checks', (server) => {
    server.agentChecking = false;
  }),
  switchOver('enable agent', 'enable agent                            : enable agent checks', enableAgent),
  {
    name: 'set weight',
    usage: "set weight <bk>/<srv>  (DEPRECATED)     : change a server's weight (use 'set server' instead)",
    level: 'admin',
    run: (invocation) => setWeight(invocation, namedServer(invocation)),
  },
  {
    name: 'get weight',
    usage: "get weight <bk>/<srv>                   : report a server's current weight",
    level: 'user',
    run: (invocation: Invocation): string => {
      const { userWeight, initialWeight } = namedServer(invocation);
      return `${userWeight} (initial ${initialWeight})\n`;
    },
  },
  {
    name: 'set maxconn server',
    usage: "set maxconn server <bk>/<srv>           : change a server's maxconn setting",
    level: 'admin',
    run: (invocation: Invocation): string => {
      const { scope, words, now } = invocation;
      const refusal = scope.servers.states.setMaxConnections(namedServer(invocation), words[1] ?? '', now);
      if (refusal !== undefined) throw new CommandError(refusal);
      return '';
    },
  },
  {
    name: 'shutdown sessions server',
    usage: 'shutdown sessions server <bk>/<srv>     : kill sessions on a server',
    level: 'admin',
    run: (invocation: Invocation): string => {
      invocation.scope.servers.endStreams(namedServer(invocation), invocation.now);
      return '';
    },
  },
];
