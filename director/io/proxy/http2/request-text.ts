import { CLASSES, DIGIT, fromLatin1, TARGET, TOKEN, VALUE } from '../../../engine/http/octets.ts';

/** What HTTP/1.1 says of a request that came in HTTP/2. */
export interface RequestText {
  /** The head, with the empty line behind it. */
  readonly octets: Uint8Array;
  readonly method: string;
  /** How its content is written behind the head. */
  readonly body: 'none' | 'length' | 'chunked';
  /** Octets, where `body` is `length`. */
  readonly length: number;
}

/** Why there is no such text. `connect`: HTTP/1.1 is the way to ask for a tunnel. */
export type Malformed = 'malformed' | 'connect';

/** RFC 9113 section 8.2.2: they speak of a connection, of which there are none here. */
const OF_CONNECTIONS = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);
const PSEUDO = [':method', ':scheme', ':authority', ':path'];
const CAPITAL = /[A-Z]/;

interface Parts {
  readonly pseudo: Map<string, string>;
  readonly lines: string[];
  readonly cookies: string[];
  host: string | undefined;
  length: string | undefined;
}

/**
 * Writes a request's fields as a head of HTTP/1.1. `fields`: names and values by turns, as they came, a letter for an octet. Whatever RFC 9113
 * calls malformed is refused, whether or not the library underneath has looked at it: what passes here is read by others.
 */
export function requestText(fields: readonly string[], ends: boolean): RequestText | Malformed {
  const parts: Parts = { pseudo: new Map(), lines: [], cookies: [], host: undefined, length: undefined };
  let regular = false;
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at] ?? '';
    const value = fields[at + 1] ?? '';
    if (name.startsWith(':') && (regular || !takePseudo(parts.pseudo, name, value))) return 'malformed';
    if (name.startsWith(':')) continue;
    regular = true;
    if (!isLine(name, value) || !takeField(parts, name, value)) return 'malformed';
  }
  return write(parts, ends);
}

/** A trailer section as HTTP/1.1 has it, with the empty line; `malformed` if there are pseudo-fields or no proper lines in it. */
export function trailerText(fields: readonly string[]): Uint8Array | 'malformed' {
  let text = '';
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at] ?? '';
    const value = fields[at + 1] ?? '';
    if (!isLine(name, value) || OF_CONNECTIONS.has(name)) return 'malformed';
    text += `${name}: ${value}\r\n`;
  }
  return fromLatin1(`${text}\r\n`);
}

function takePseudo(pseudo: Map<string, string>, name: string, value: string): boolean {
  if (!PSEUDO.includes(name) || pseudo.has(name)) return false;
  pseudo.set(name, value);
  return true;
}

function takeField(parts: Parts, name: string, value: string): boolean {
  if (OF_CONNECTIONS.has(name)) return false;
  if (name === 'te' && value !== 'trailers') return false;
  if (name === 'cookie') parts.cookies.push(value);
  else if (name === 'host') {
    if (parts.host !== undefined) return false;
    parts.host = value;
  } else if (name === 'content-length') {
    if (parts.length !== undefined || !consists(value, DIGIT) || value.length > 15) return false;
    parts.length = value;
  } else parts.lines.push(`${name}: ${value}`);
  return true;
}

function write(parts: Parts, ends: boolean): RequestText | Malformed {
  const { pseudo, lines, cookies, length } = parts;
  const method = pseudo.get(':method') ?? '';
  if (method === 'CONNECT') return 'connect';
  const path = pseudo.get(':path') ?? '';
  const host = hostOf(parts);
  const whole = consists(method, TOKEN) && isPath(path, method) && isScheme(pseudo.get(':scheme'));
  if (!whole || host === undefined || (ends && Number(length ?? 0) > 0)) return 'malformed';
  const body = bodyOf(length, ends);
  const framing = { none: [], length: [`content-length: ${length ?? 0}`], chunked: ['transfer-encoding: chunked'] }[
    body
  ];
  // RFC 9113 section 8.2.3: crumbs are one field again where there is no other way to say that.
  const cookie = cookies.length === 0 ? [] : [`cookie: ${cookies.join('; ')}`];
  const text = [`${method} ${path} HTTP/1.1`, `host: ${host}`, ...lines, ...cookie, ...framing, '', ''].join('\r\n');
  return { octets: fromLatin1(text), method, body, length: Number(length ?? 0) };
}

/** `content-length: 0` is kept, as some servers insist on it. */
function bodyOf(length: string | undefined, ends: boolean): RequestText['body'] {
  if (length !== undefined) return 'length';
  return ends ? 'none' : 'chunked';
}

/** RFC 9113 section 8.3.1: both may be there if they name one host. */
function hostOf({ pseudo, host }: Parts): string | undefined {
  const authority = pseudo.get(':authority');
  if (authority !== undefined && !consists(authority, TARGET)) return undefined;
  if (authority === undefined || host === undefined) return authority ?? host;
  return authority.toLowerCase() === host.toLowerCase() ? authority : undefined;
}

const isScheme = (scheme: string | undefined): boolean => scheme === 'http' || scheme === 'https';

function isPath(path: string, method: string): boolean {
  if (path === '*') return method === 'OPTIONS';
  return path.startsWith('/') && consists(path, TARGET);
}

/** RFC 9113 section 8.2.1. */
function isLine(name: string, value: string): boolean {
  if (!consists(name, TOKEN) || CAPITAL.test(name)) return false;
  return value === '' || (consists(value, VALUE) && value.trim() === value);
}

/** At least one letter, and all of the class. */
function consists(text: string, mark: number): boolean {
  for (let at = 0; at < text.length; at++) if (((CLASSES[text.charCodeAt(at)] ?? 0) & mark) === 0) return false;
  return text !== '';
}
