import type { RequestHead } from '../../http/request-head.ts';
import type { Message } from '../runtime/stream.ts';
import { latin1 } from './values.ts';

/** A request's target as text. */
export interface TargetParts {
  readonly whole: string;
  /** `http://host` of the absolute form; empty in the origin form. */
  readonly origin: string;
  /** What follows it, with its query; empty where there is none. */
  readonly pathAndQuery: string;
  /** Without the query. */
  readonly path: string;
  /** Behind the first question mark; undefined: there is none. */
  readonly query: string | undefined;
}

/** As rules have left it. A port that goes without saying is not there (as HAProxy leaves it out). */
export function partsOf({ head, edits }: Message<RequestHead>): TargetParts {
  return takeApart(edits.target === undefined ? arrivedTarget(head) : latin1(edits.target));
}

function arrivedTarget({ buffer, target }: RequestHead): string {
  const { from, to, form, bareTo, authorityTo } = target;
  if (form !== 'absolute' || bareTo === authorityTo) return latin1(buffer, from, to);
  return latin1(buffer, from, bareTo) + latin1(buffer, authorityTo, to);
}

export function takeApart(whole: string): TargetParts {
  const pathFrom = pathPlace(whole);
  const pathAndQuery = whole.slice(pathFrom);
  const mark = pathAndQuery.indexOf('?');
  return {
    whole,
    origin: whole.slice(0, pathFrom),
    pathAndQuery,
    path: mark === -1 ? pathAndQuery : pathAndQuery.slice(0, mark),
    query: mark === -1 ? undefined : pathAndQuery.slice(mark + 1),
  };
}

/** Where the path begins: the end for `*` and for an authority. */
function pathPlace(whole: string): number {
  if (whole.startsWith('/')) return 0;
  const scheme = whole.indexOf('://');
  if (scheme === -1) return whole.length;
  const slash = whole.indexOf('/', scheme + 3);
  return slash === -1 ? whole.length : slash;
}
