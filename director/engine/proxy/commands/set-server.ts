import type { ServerRuntime } from '../runtime/server-runtime.ts';
import { CommandError, type Command, type Invocation, namedServer } from './command.ts';
import { leadingNumber } from './words.ts';

const FROM = 'changed from CLI';
const BY = "by 'stats socket command'\n";

const usage =
  'usage: set server <backend>/<server> addr | agent | agent-addr | agent-port | agent-send | check-addr | ' +
  'check-port | fqdn | health | ssl | state | weight\n';

type Setter = (server: ServerRuntime, words: readonly string[], invocation: Invocation) => string;

const refused = (text: string | undefined): string => {
  if (text !== undefined) throw new CommandError(text);
  return '';
};

function setState(server: ServerRuntime, [mode]: readonly string[], { scope, now }: Invocation): string {
  if (mode !== 'ready' && mode !== 'drain' && mode !== 'maint')
    throw new CommandError("'set server <srv> state' expects 'ready', 'drain' and 'maint'.\n");
  scope.servers.setMode(server, mode, now);
  return '';
}

function setHealth(server: ServerRuntime, [health]: readonly string[], { scope, now }: Invocation): string {
  if (server.settings.tracks !== undefined) throw new CommandError('cannot change health on a tracking server.\n');
  if (health !== 'up' && health !== 'stopping' && health !== 'down')
    throw new CommandError("'set server <srv> health' expects 'up', 'stopping', or 'down'.\n");
  scope.servers.forceHealth(server, health, FROM, now);
  return '';
}

function requireAgent({ settings, agentChecking }: ServerRuntime, end: string): void {
  if (settings.agent === undefined || !agentChecking)
    throw new CommandError(`agent checks are not enabled on this server${end}`);
}

function setAgent(server: ServerRuntime, [state]: readonly string[], { scope, now }: Invocation): string {
  requireAgent(server, '.\n');
  if (state !== 'up' && state !== 'down') throw new CommandError("'set server <srv> agent' expects 'up' or 'down'.\n");
  scope.servers.forceAgent(server, state === 'up', FROM, now);
  return '';
}

function parsedPort(text: string): number {
  const port = leadingNumber(text);
  if (port < 0 || port > 65_535) throw new CommandError('provided port is invalid');
  return port;
}

function setCheckPort(server: ServerRuntime, [port = '']: readonly string[]): string {
  if (port === '') throw new CommandError('set server <b>/<s> check-port requires a port.\n');
  if (server.settings.check === undefined) throw new CommandError('health checks are not enabled on this server');
  server.checkTarget.port = parsedPort(port);
  return '';
}

function setCheckAddress(server: ServerRuntime, words: readonly string[], { scope }: Invocation): string {
  const [text = '', word, port] = words;
  if (server.settings.check === undefined) throw new CommandError('health checks are not enabled on this server');
  const address = scope.parseAddress(text);
  if (address === undefined) throw new CommandError(`invalid addr '${text}'`);
  server.checkTarget.address = address;
  if (word === 'port' && port !== undefined) server.checkTarget.port = parsedPort(port);
  return '';
}

function setAgentAddress(server: ServerRuntime, [text = '']: readonly string[], { scope }: Invocation): string {
  requireAgent(server, '');
  const address = scope.parseAddress(text);
  if (address === undefined) throw new CommandError(`incorrect addr address given for agent.\n`);
  server.agentTarget.address = address;
  return '';
}

function setAgentPort(server: ServerRuntime, [port = '']: readonly string[]): string {
  requireAgent(server, '');
  server.agentTarget.port = parsedPort(port);
  return '';
}

function setAgentSend(server: ServerRuntime, [text = '']: readonly string[]): string {
  requireAgent(server, '.\n');
  server.agentTarget.send = text;
  return '';
}

interface NewPort {
  readonly port?: number;
  readonly said: string;
}

/** The port of `addr … port`, and what HAProxy says of it; with what it makes of numbers beyond 16 bits. */
function newPort(server: ServerRuntime, text: string): NewPort {
  const { check, endpoint } = server.settings;
  const [, sign, digits] = /^([+-]?)(\d+)$/.exec(text) ?? [];
  if (digits === undefined || endpoint.kind !== 'inet') return { said: `problem converting port '${text}' to an int` };
  const usesTraffic = check !== undefined && check.port === undefined;
  if (sign !== '' && usesTraffic) {
    const why = 'because it is incompatible with current health check port configuration';
    return { said: `can't change <port> to port map ${why} (use 'port' statement from the 'server' directive.` };
  }
  const port = Number(`${sign}${digits}`) & 0xffff;
  return port === server.port ? { said: '' } : { port, said: `port changed from '${server.port}' to '${port}'` };
}

function setAddress(server: ServerRuntime, words: readonly string[], { scope }: Invocation): string {
  const [text = '', word, port] = words;
  if (text === '') throw new CommandError('set server <b>/<s> addr requires an address and optionally a port.\n');
  const address = scope.parseAddress(text);
  if (address === undefined) throw new CommandError(`Invalid addr '${text}' ${BY}`);
  const isOther = address !== server.address;
  const said = [isOther ? `IP changed from '${server.address ?? ''}' to '${address}'` : 'no need to change the addr'];
  if (word === 'port' && port !== undefined) {
    const { port: number, said: saidOfPort } = newPort(server, port);
    if (saidOfPort !== '') said.push(saidOfPort);
    if (number !== undefined) server.port = number;
  }
  server.address = address;
  server.backend.serverChanged(server);
  return `${said.join(', ')} ${BY}`;
}

const setters: Readonly<Record<string, Setter>> = {
  weight: (server, [text = ''], { scope, now }) => refused(scope.servers.states.setWeight(server, text, now)),
  state: setState,
  health: setHealth,
  agent: setAgent,
  addr: setAddress,
  'check-port': setCheckPort,
  'check-addr': setCheckAddress,
  'agent-addr': setAgentAddress,
  'agent-port': setAgentPort,
  'agent-send': setAgentSend,
  fqdn: (_server, [name = '']) => {
    // There are no resolvers here to look names up again.
    const wrong = name === '' ? 'requires a FQDN' : 'failed because no resolution is configured';
    throw new CommandError(`set server <b>/<s> fqdn ${wrong}.\n`);
  },
  ssl: () => {
    throw new CommandError("'set server <srv> ssl' cannot be set.  default-server should define ssl settings\n");
  },
};

export const setServer: Command = {
  name: 'set server',
  usage: "set server <bk>/<srv> [opts]            : change a server's state, weight, address or ssl",
  level: 'admin',
  run(invocation) {
    const server = namedServer(invocation);
    const [, what = '', ...rest] = invocation.words;
    const set = Object.hasOwn(setters, what) ? setters[what] : undefined;
    if (set === undefined) throw new CommandError(usage);
    return set(server, rest, invocation);
  },
};
