import type { BackendRuntime } from './backend-runtime.ts';
import type { FrontendRuntime } from './frontend-runtime.ts';
import type { SampleValue } from './sample-value.ts';
import type { StickEntries } from './stick-entries.ts';

/** What is there beyond one stream: everything that conditions, samples and the statistics may name. */
export interface ProxyEnvironment {
  readonly frontends: ReadonlyMap<string, FrontendRuntime>;
  readonly backends: ReadonlyMap<string, BackendRuntime>;
  /** By the name of the proxy that has it. */
  readonly tables: ReadonlyMap<string, StickEntries>;
  /** `proc.…` */
  readonly variables: Map<string, SampleValue>;
  /** Milliseconds since 1970, with their fractions. */
  now(): number;
  /** From 0 up to 1. */
  random(): number;
  readonly hostName: string;
  readonly stopping: boolean;
}
