import { parseAddress } from '../../../address.ts';
import { HOST_FIELD } from '../../../http/field-name.ts';
import type { SampleValue } from '../../runtime/sample-value.ts';
import type { Subject } from '../subject.ts';
import { int, str } from '../values.ts';
import { firstValue } from './header-values.ts';
import { type FetchMaker, plain } from './fetch.ts';

const nonEmpty = (text: string | undefined): SampleValue | undefined =>
  text === undefined || text === '' ? undefined : str(text);

/** Host and path, or the path alone where there is no host. */
function base(subject: Subject, withQuery: boolean): SampleValue | undefined {
  const { target, request } = subject;
  if (target === undefined || request === undefined) return undefined;
  const path = withQuery ? target.pathAndQuery : target.path;
  const host = firstValue(request, HOST_FIELD);
  return host === undefined || host === '' ? nonEmpty(path) : str(host + path);
}

/** `host[:port]` of the absolute form. */
function authorityOf({ target }: Subject): { readonly host: string; readonly port: number } | undefined {
  if (target === undefined) return undefined;
  const [, scheme, host = '', port] = /^([^:]*):\/\/(\[[^\]]*\]|[^:/]*)(?::(\d+))?/.exec(target.whole) ?? [];
  if (scheme === undefined) return undefined;
  const implied = scheme.toLowerCase() === 'https' ? 443 : 80;
  return { host: host.replace(/^\[|\]$/g, ''), port: port === undefined ? implied : Number(port) };
}

/** Section 7.3.6: the request's target. */
export const targetFetches = {
  base: plain((subject) => base(subject, false)),
  baseq: plain((subject) => base(subject, true)),
  path: plain(({ target }) => nonEmpty(target?.path)),
  pathq: plain(({ target }) => nonEmpty(target?.pathAndQuery)),
  query: plain(({ target }) => (target?.query === undefined ? undefined : str(target.query))),
  url: plain(({ target }) => nonEmpty(target?.whole)),
  url_ip: plain((subject) => {
    const host = authorityOf(subject)?.host;
    const parsed = host === undefined ? undefined : parseAddress(host);
    return host === undefined || parsed?.family !== 4 ? undefined : { type: 'ipv4', value: host };
  }),
  url_port: plain((subject) => {
    const authority = authorityOf(subject);
    return authority === undefined || parseAddress(authority.host) === undefined ? undefined : int(authority.port);
  }),
} satisfies Readonly<Record<string, FetchMaker>>;
