import { CACHE_CONTROL, fieldName, type FieldName } from '../../http/field-name.ts';
import type { ResponseHead } from '../../http/response-head.ts';
import type { Method } from '../../http/method.ts';
import type { Message } from '../runtime/stream.ts';

export interface Cacheability {
  /** A cache may keep the answer, and its cookies with it. */
  readonly answer: boolean;
  readonly cookie: boolean;
}

const known = (name: string): FieldName => fieldName(name) as FieldName;
const PRAGMA = known('pragma');
const EXPIRES = known('expires');
const ETAG = known('etag');
const LAST_MODIFIED = known('last-modified');

const NOT: Cacheability = { answer: false, cookie: false };
const METHODS: ReadonlySet<Method> = new Set<Method>(['GET', 'HEAD', 'OPTIONS', 'TRACE']);
const STATUSES: ReadonlySet<number> = new Set([200, 203, 204, 206, 300, 301, 404, 405, 410, 414, 501]);
const REFUSALS: ReadonlySet<string> = new Set(['private', 'no-cache', 'no-store', 'max-age=0', 's-maxage=0']);

/** What HAProxy thinks of an answer (`nocache`, `option checkcache`); stricter than RFC 9111 in some, and laxer in others. */
export function cacheabilityOf(method: Method, { head, edits }: Message<ResponseHead>): Cacheability {
  const pragma = edits.find(PRAGMA);
  if (pragma !== -1 && edits.valueText(pragma).toLowerCase() === 'no-cache') return NOT;
  let answer = METHODS.has(method) && STATUSES.has(head.status);
  let cookie = answer;
  let fresh = edits.find(EXPIRES) !== -1;
  for (let field = edits.find(CACHE_CONTROL); field !== -1; field = edits.find(CACHE_CONTROL, field))
    for (const part of edits.valueText(field).split(',')) {
      const directive = part.trim().toLowerCase();
      if (directive === 'public') answer = cookie = true;
      else if (REFUSALS.has(directive)) answer = cookie = false;
      else if (directive.startsWith('no-cache="set-cookie')) cookie = false;
      else if (directive.startsWith('s-maxage') || directive.startsWith('max-age')) fresh = true;
    }
  const lasts = fresh || edits.find(ETAG) !== -1 || edits.find(LAST_MODIFIED) !== -1;
  return lasts ? { answer, cookie } : NOT;
}
