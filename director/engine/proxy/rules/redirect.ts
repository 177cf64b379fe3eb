import { HOST_FIELD } from '../../http/field-name.ts';
import { compileFormat, inRequest, inResponse } from '../formats/log-format.ts';
import type { Redirect } from '../rules.ts';
import type { ClosingReply } from '../runtime/verdict.ts';
import { firstValue } from '../samples/fetches/header-values.ts';
import type { Setting } from '../samples/setting.ts';
import type { Subject } from '../samples/subject.ts';
import { octetText } from '../samples/values.ts';
import { type Field, answerOf } from './answer-text.ts';

const REASONS = {
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
} as const;

/** Those that caches would keep otherwise. */
const NOT_CACHED = new Set<number>([302, 303, 307]);

type Text = (subject: Subject) => string;

function locationOf({ target }: Redirect, to: Text): Text {
  switch (target.kind) {
    case 'location':
      return to;
    case 'scheme':
      return (subject) => {
        const { request } = subject;
        const host = request === undefined ? '' : (firstValue(request, HOST_FIELD) ?? '');
        return `${to(subject)}://${host}${pathOf(subject, target.dropQuery) || '/'}`;
      };
    case 'prefix':
      return (subject) => {
        const prefix = to(subject);
        const location = (prefix === '/' ? '' : prefix) + (pathOf(subject, target.dropQuery) || '/');
        return target.appendSlash && !location.endsWith('/') ? `${location}/` : location;
      };
  }
}

const pathOf = ({ target }: Subject, dropsQuery: boolean): string =>
  (dropsQuery ? target?.path : target?.pathAndQuery) ?? '';

function cookieOf({ cookie }: Redirect): readonly Field[] {
  if (cookie === undefined) return [];
  const pair = cookie.value === undefined ? cookie.name : `${cookie.name}=${cookie.value}`;
  return [{ name: 'set-cookie', value: `${octetText(pair)}; path=/;${cookie.clear ? ' Max-Age=0;' : ''}` }];
}

/** undefined from what is made: the location is empty, and the redirect does not take place. */
export function compileRedirect(
  redirect: Redirect,
  setting: Setting,
  side: 'request' | 'response',
): (subject: Subject) => ClosingReply | undefined {
  const { code, ignoreEmpty } = redirect;
  const to = compileFormat(redirect.target.to, setting, side === 'request' ? inRequest : inResponse);
  const location = locationOf(redirect, to);
  const caching = NOT_CACHED.has(code) ? [{ name: 'cache-control', value: 'no-cache' }] : [];
  const cookie = cookieOf(redirect);
  return (subject) => {
    const value = location(subject);
    if (value === '' && ignoreEmpty) return undefined;
    const length = { name: 'content-length', value: '0' };
    return answerOf(code, REASONS[code], [length, { name: 'location', value }, ...caching, ...cookie], '');
  };
}
