import { utf8 } from './bytes.ts';

/** Where an HTTP request goes. */
export interface HttpPlace {
  readonly tls: boolean;
  /** Address or name, without the brackets of IPv6. */
  readonly host: string;
  readonly port: number;
  /** With the query. */
  readonly path: string;
}

const reference = /^(?:([a-z][a-z\d+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(\?[^#]*)?(?:#.*)?$/is;

/**
 * What a Location means, seen from `base` (RFC 3986 section 5.2; RFC 9110 section 10.2.2). Returns a reason in words for what
 * cannot be asked over HTTP.
 */
export function resolveLocation(base: HttpPlace, location: string): HttpPlace | { readonly problem: string } {
  const [, given, authority, path = '', query = ''] = reference.exec(location.trim()) ?? [];
  const scheme = (given ?? (base.tls ? 'https' : 'http')).toLowerCase();
  if (scheme !== 'http' && scheme !== 'https') return { problem: `it leads to ${scheme}: and not to a web server` };
  const tls = scheme === 'https';
  if (authority !== undefined) return absolute(tls, authority, `${removeDots(path === '' ? '/' : path)}${query}`);
  if (given !== undefined && tls !== base.tls) return { problem: 'it leads to a URL without a host' };
  return { ...base, path: escape(relative(base.path, path, query)) };
}

function relative(from: string, path: string, query: string): string {
  const [basePath = '/'] = from.split('?');
  if (path === '') return query === '' ? from : `${basePath}${query}`;
  return `${removeDots(path.startsWith('/') ? path : basePath.replace(/[^/]*$/, path))}${query}`;
}

/** As Host says it: the port only where it is not the scheme's own. */
export function hostHeader({ host, port, tls }: HttpPlace): string {
  const literal = host.includes(':') ? `[${host}]` : host;
  return port === (tls ? 443 : 80) ? literal : `${literal}:${port}`;
}

export function urlOf(place: HttpPlace): string {
  return `${place.tls ? 'https' : 'http'}://${hostHeader(place)}${place.path}`;
}

function absolute(tls: boolean, authority: string, path: string): HttpPlace | { readonly problem: string } {
  const match = /^(?:[^@]*@)?(?:\[([\da-f:.]+)\]|([^:[\]]+))(?::(\d{0,5}))?$/i.exec(authority);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3] === undefined || match[3] === '' ? (tls ? 443 : 80) : match[3]);
  if (host === undefined || port < 1 || port > 65_535)
    return { problem: `it leads to "${authority}", which is no host` };
  return { tls, host: host.toLowerCase(), port, path: escape(path) };
}

/** RFC 3986 section 5.2.4. */
function removeDots(path: string): string {
  const kept: string[] = [];
  const segments = path.split('/').slice(1);
  for (const [index, segment] of segments.entries()) {
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
    if (index === segments.length - 1 && (segment === '.' || segment === '..')) kept.push('');
  }
  return `/${kept.join('/')}`;
}

/** What must not stand in a request line, a blank above all. */
function escape(path: string): string {
  return path.replace(/[^\x21-\x7e]|["<>\\^`{|}]/gs, (character) =>
    Array.from(character.charCodeAt(0) < 256 ? [character.charCodeAt(0)] : utf8(character))
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
}
