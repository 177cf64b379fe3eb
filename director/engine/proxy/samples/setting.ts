import type { Proxy } from '../configuration.ts';
import type { LogFormat } from '../expressions.ts';
import type { BufferSettings, Userlist } from '../global.ts';
import type { ProxyEnvironment } from '../runtime/environment.ts';
import type { Subject } from './subject.ts';

/** What rules need of the world when a configuration is put into service. Nothing of it does I/O while requests are served. */
export interface RulePorts {
  readonly userlists: readonly Userlist[];
  readonly buffers: BufferSettings;
  readonly processId: number;
  /** The process's environment (`env(NAME)`). */
  environmentVariable(name: string): string | undefined;
  /** What was read of a file that the configuration names; undefined: it cannot be read. */
  file(path: string): Uint8Array | undefined;
  /** What was read of a file that an answer takes for a format (`lf-file`). */
  formatOf(path: string): LogFormat | undefined;
  /** Of a host that an ACL names, as they were resolved when the configuration was put into service. */
  addressesOf(host: string): readonly string[];
  /** crypt(3): whether this is the password of which `hashed` was made. */
  matchesHash(password: string, hashed: string): boolean;
  /** Minutes that this place's clocks are ahead of Greenwich at a time (milliseconds since 1970). */
  zoneOffset(ms: number): number;
  /** Whether an address is one of this host's. */
  isLocal(address: string): boolean;
}

/** Where an expression, a condition or a rule stands. */
export interface Setting {
  readonly proxy: Proxy;
  readonly environment: ProxyEnvironment;
  readonly ports: RulePorts;
  /** Of a stream, by its frontend's `unique-id-format`; undefined without one. Made when it is first asked for. */
  uniqueId(subject: Subject): string | undefined;
}

/** Whose samples are looked at: `log` takes the request's, and where those are no more the response's. */
export type Direction = 'request' | 'response' | 'log';
