import type { DirectorConfiguration } from './configuration.ts';
import type { Place, Problem } from './problem.ts';

/** Where in its file each part of a configuration began: instances, virtual servers, real servers, checks. */
export type Origins = ReadonlyMap<object, Place>;

export interface ParseResult {
  /** Absent when any problem is an error. */
  readonly configuration?: DirectorConfiguration;
  /** All of them, in the order of the file. */
  readonly problems: readonly Problem[];
  readonly origins: Origins;
}

/** Something of a configuration that a format has no words for. */
export interface Loss {
  /** What is lost, as `virtual server TCP 10.0.0.1:80`. */
  readonly what: string;
  readonly why: string;
  /** The part of the model that it concerns; `origins` may know its place. */
  readonly part?: object;
}

export interface WriteResult {
  readonly text: string;
  readonly losses: readonly Loss[];
}
