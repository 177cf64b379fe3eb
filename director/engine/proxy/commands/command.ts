import type { BackendRuntime } from '../runtime/backend-runtime.ts';
import type { ProxyEnvironment } from '../runtime/environment.ts';
import type { FrontendRuntime } from '../runtime/frontend-runtime.ts';
import type { ServerRuntime } from '../runtime/server-runtime.ts';
import type { Stream } from '../runtime/stream.ts';
import type { ProcessFacts } from '../statistics/process-facts.ts';
import type { ServerControl } from '../statistics/server-control.ts';
import type { ErrorCaptures } from './error-captures.ts';

export const levels = ['user', 'operator', 'admin'] as const;
export type Level = (typeof levels)[number];

/** What commands change beyond servers. */
export interface FrontendControl {
  /** `disable frontend`: its sockets accept nobody for the time being, and again. */
  pause(front: FrontendRuntime): void;
  resume(front: FrontendRuntime): void;
  /** For good; its sockets are free for somebody else. */
  stop(front: FrontendRuntime): void;
  /** The limit of connections is another one. */
  limitChanged(front: FrontendRuntime): void;
}

export interface StreamControl {
  streams(): Iterable<Stream>;
  end(stream: Stream, now: number): void;
}

/** What commands are about. */
export interface CommandScope {
  readonly environment: ProxyEnvironment;
  readonly process: ProcessFacts;
  readonly servers: ServerControl;
  readonly frontends: FrontendControl;
  readonly streams: StreamControl;
  readonly errors: ErrorCaptures;
  /** Minutes east of Greenwich at a time, which is milliseconds since 1970. */
  zoneOffset(ms: number): number;
  /** All counters, or only the largest values so far. */
  clearCounters(all: boolean): void;
  /** The runtime sockets, as the file names them. */
  readonly sockets: readonly { readonly place: string; readonly level: Level }[];
  /** As RFC 5952 writes it; undefined for what is no address. */
  parseAddress(text: string): string | undefined;
}

/** Of one client of the runtime socket. */
export interface CommandState {
  level: Level;
  interactive: boolean;
  severity: 'none' | 'number' | 'string';
  /** Absent: the socket's own. */
  timeoutMs: number | undefined;
  over: boolean;
}

export interface Invocation {
  readonly scope: CommandScope;
  readonly state: CommandState;
  /** Behind the command's own words. */
  readonly words: readonly string[];
  readonly now: number;
}

export interface Command {
  /** `set server` */
  readonly name: string;
  readonly usage: string;
  readonly level: Level;
  /** What is answered; an empty one when there is nothing to say. Ends with a line's end, but where HAProxy's does not. */
  run(invocation: Invocation): string;
}

/** What cannot be done, in HAProxy's words. */
export class CommandError extends Error {}

const NO_SERVER_NAME = "Require 'backend/server'.\n";

export function namedServer({ scope, words }: Invocation): ServerRuntime {
  const [, backendName, name] = /^([^/]*)\/(.*)$/s.exec(words[0] ?? '') ?? [];
  if (backendName === undefined || name === undefined) throw new CommandError(NO_SERVER_NAME);
  const backend = backendOf(scope, backendName);
  const server = backend?.servers.find(({ id, settings }) => settings.name === name || name === `#${id}`);
  if (backend === undefined) throw new CommandError('No such backend.\n');
  if (server === undefined) throw new CommandError('No such server.\n');
  return server;
}

export function backendOf({ environment }: CommandScope, name: string): BackendRuntime | undefined {
  if (!name.startsWith('#')) return environment.backends.get(name);
  return [...environment.backends.values()].find(({ id }) => name === `#${id}`);
}

export function namedFrontend({ scope, words }: Invocation): FrontendRuntime {
  const [name = ''] = words;
  if (name === '') throw new CommandError('A frontend name is expected.\n');
  const { frontends } = scope.environment;
  const front = frontends.get(name) ?? [...frontends.values()].find(({ id }) => name === `#${id}`);
  if (front === undefined) throw new CommandError('No such frontend.\n');
  return front;
}
