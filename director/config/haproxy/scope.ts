import type { Availability } from '../../engine/proxy/samples.ts';
import type { Acl, AclTest } from '../../engine/proxy/expressions.ts';
import type { Reader } from '../reader.ts';
import type { Word } from '../statements.ts';

/** What the reader may know of the machine on which it reads. */
export interface HaproxySurroundings {
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** Absent: no file is looked at. */
  readonly files?: ConfigurationFiles | undefined;
}

export interface ConfigurationFiles {
  /** undefined: there is none, or it cannot be read. */
  read(path: string): string | undefined;
  kind(path: string): 'file' | 'folder' | undefined;
}

/** A name that something else of the file must have; looked at when all of it has been read. */
export type Reference = { readonly at: Word } & (
  | { readonly kind: 'backend' | 'frontend' | 'table' | 'userlist'; readonly name: string }
  | { readonly kind: 'server'; readonly backend: string; readonly name: string }
);

/** An ACL as it grows. */
export interface GrowingAcl extends Acl {
  readonly tests: AclTest[];
}

/** Where an expression stands: which proxy it belongs to, and at which moments it will be looked at. */
export interface Scope {
  readonly reader: Reader;
  readonly files: ConfigurationFiles | undefined;
  /** Name of the proxy; empty names of fetches stand for it. */
  readonly proxy: string;
  readonly mode: 'tcp' | 'http';
  readonly acls: Map<string, GrowingAcl>;
  readonly references: Reference[];
}

/** Moments at which rules and formats are looked at. */
export type Moment =
  'tcpConnection' | 'tcpSession' | 'request' | 'useServer' | 'response' | 'log' | 'check' | 'statistics' | 'any';

const always: readonly Availability[] = ['anywhere', 'internal'];
const connected: readonly Availability[] = [...always, 'client', 'frontend'];
const requested: readonly Availability[] = [...connected, 'tlsClient', 'request', 'message', 'kept'];

/** What there is to fetch at each moment; `Moment.request` of a frontend has no backend yet. */
const availableAt: Readonly<Record<Moment, readonly Availability[]>> = {
  tcpConnection: connected,
  tcpSession: [...connected, 'tlsClient'],
  request: requested,
  statistics: [...requested, 'backend'],
  useServer: [...requested, 'backend', 'server'],
  response: [
    ...connected,
    ...(['tlsClient', 'message', 'kept', 'backend', 'server', 'response', 'serverSide'] as const),
  ],
  log: [...connected, ...(['tlsClient', 'kept', 'backend', 'server', 'serverSide'] as const)],
  check: [...always, ...(['client', 'message', 'backend', 'server', 'response', 'serverSide'] as const)],
  any: [...requested, ...(['backend', 'server', 'response', 'serverSide'] as const)],
};

export function isAvailable(available: Availability, moment: Moment, hasBackend: boolean): boolean {
  return availableAt[moment].includes(available) || (moment === 'request' && hasBackend && available === 'backend');
}
