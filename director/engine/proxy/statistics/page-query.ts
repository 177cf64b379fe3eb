import { isOutcome, type Outcome } from './html/outcomes.ts';

/** What stands behind the page's own address. */
export interface PageQuery {
  readonly format: 'html' | 'csv' | 'unserved';
  /** Servers that are down are not shown. */
  readonly hidesDown: boolean;
  readonly noRefresh: boolean;
  /** Part of the names of proxies to be shown; empty: all. */
  readonly scope: string;
  readonly outcome?: Outcome;
}

const SCOPE_LENGTH = 20;

/** Words behind semicolons, in any order, and `scope=` wherever it stands. Nothing of it is percent-encoded. */
export function readQuery(target: string, uri: string): PageQuery {
  const rest = target.slice(uri.length);
  const [, scope = ''] = /scope=([^& ;]*)/.exec(rest) ?? [];
  const [, outcome] = /;st=(.{4})/.exec(rest) ?? [];
  const unserved = /;(?:json|typed)/.test(rest);
  return {
    format: rest.includes(';csv') ? 'csv' : unserved ? 'unserved' : 'html',
    hidesDown: rest.includes(';up'),
    noRefresh: rest.includes(';norefresh'),
    scope: scope.slice(0, SCOPE_LENGTH),
    ...(outcome === undefined ? {} : { outcome: isOutcome(outcome) ? outcome : 'UNKN' }),
  };
}
