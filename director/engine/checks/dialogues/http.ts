import { md5 } from '@noble/hashes/legacy.js';
import type { HttpCheckConfiguration, UrlExpectation } from '../configuration.ts';
import { concat, fromLatin1, hex, utf8, latin1, type Bytes } from './bytes.ts';
import { DialogueFailure, Input, quote, send, type Dialogue, type Steps } from './conversation.ts';
import { bytePattern, matches } from './pattern.ts';

interface Response {
  readonly status: number;
  readonly statusLine: string;
  readonly body: Bytes;
}

/** HTTP_GET and SSL_GET: the URLs one after the other, each on a connection of its own as keepalived does. */
export function* http(check: HttpCheckConfiguration): Dialogue {
  const seen: string[] = [];
  for (const [index, url] of check.urls.entries()) {
    if (index > 0) yield { type: 'reconnect' };
    yield* send(utf8(requestOf(check, url)));
    const response = yield* readResponse(url.method);
    const wrong = complaint(url, response);
    if (wrong !== undefined) return { ok: false, reason: `${url.path}: ${wrong}` };
    seen.push(`${url.path}: ${response.statusLine}`);
  }
  return { ok: true, reason: seen.join(', ') };
}

/** ldirectord's http_proxy: asks the server, as a proxy, for an absolute URL. */
export function* httpProxy(request: string, receive: string): Dialogue {
  const url = request.replace(/^\/(?=https?:)/, '');
  const host = /^https?:\/\/([^/]*)/.exec(url)?.[1];
  if (host === undefined) return { ok: false, reason: `${request} is not the absolute URL that a proxy wants` };
  yield* send(`GET ${url} HTTP/1.1\r\nConnection: close\r\nHost: ${host}\r\nUser-Agent: director\r\n\r\n`);
  const response = yield* readResponse('GET');
  if (response.status < 200 || response.status > 299) return { ok: false, reason: `${url}: ${response.statusLine}` };
  if (matches(fromLatin1(response.body), receive)) return { ok: true, reason: `${url}: ${response.statusLine}` };
  return { ok: false, reason: `${url}: ${quote(fromLatin1(response.body))} does not match ${receive}` };
}

/** keepalived's request, byte by byte (check_http.c, request_template). */
function requestOf(check: HttpCheckConfiguration, { method, path, virtualHost }: UrlExpectation): string {
  const { kind, version, userAgent, address, port } = check;
  const usual = kind === 'SSL_GET' ? 443 : 80;
  const literal = address.includes(':') ? `[${address}]` : address;
  const host = virtualHost ?? `${literal}${port === usual ? '' : `:${port}`}`;
  const connection = { '1.0': '', '1.0C': 'close', '1.1': 'close', '1.1K': 'keep-alive' }[version];
  const header = connection === '' ? '' : `Connection: ${connection}\r\n`;
  const number = version.startsWith('1.1') ? '1.1' : '1.0';
  return `${method} ${path} HTTP/${number}\r\nUser-Agent: ${userAgent}\r\n${header}Host: ${host}\r\n\r\n`;
}

function complaint(url: UrlExpectation, { status, statusLine, body }: Response): string | undefined {
  if (!url.statusCodes.some(({ from, to }) => status >= from && status <= to))
    return `${statusLine}, where ${rangesOf(url)} is well`;
  if (url.digest !== undefined) {
    const digest = hex(md5(body));
    if (digest !== url.digest.toLowerCase()) return `the digest of the body is ${digest}, not ${url.digest}`;
  }
  if (url.regex && bodyMatches(body, url.regex) === url.regex.negated)
    return `the body ${quote(fromLatin1(body))} ${url.regex.negated ? 'matches' : 'does not match'} ${url.regex.source}`;
  return undefined;
}

function rangesOf({ statusCodes }: UrlExpectation): string {
  return statusCodes.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(' or ');
}

function bodyMatches(body: Bytes, regex: NonNullable<UrlExpectation['regex']>): boolean {
  const pattern = bytePattern(regex.source, regex.flags);
  pattern.lastIndex = regex.minimumOffset ?? 0;
  const match = pattern.exec(fromLatin1(body));
  return match !== null && match.index <= (regex.maximumOffset ?? Infinity);
}

function* readResponse(method: 'GET' | 'HEAD'): Steps<Response> {
  const input = new Input();
  for (;;) {
    const statusLine = yield* input.line('the status line');
    const status = Number(/^HTTP\/\d+\.\d+ (\d{3})\b/.exec(statusLine)?.[1]);
    if (Number.isNaN(status)) throw new DialogueFailure(`${quote(statusLine)} is no answer of HTTP`);
    const headers = yield* readHeaders(input);
    // 100 Continue and its kin come before the answer (RFC 9110 section 15.2).
    if (status >= 100 && status < 200) continue;
    const withoutBody = method === 'HEAD' || status === 204 || status === 304;
    const body = withoutBody ? latin1('') : yield* readBody(input, headers);
    return { status, statusLine: statusLine.replace(/^\S+ /, ''), body };
  }
}

function* readHeaders(input: Input): Steps<Map<string, string>> {
  const headers = new Map<string, string>();
  for (
    let line = yield* input.line('the end of the header');
    line !== '';
    line = yield* input.line('the end of the header')
  ) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers;
}

/** RFC 9112 section 6.3. */
function* readBody(input: Input, headers: ReadonlyMap<string, string>): Steps<Bytes> {
  if (/\bchunked$/i.test(headers.get('transfer-encoding') ?? '')) return yield* readChunks(input);
  const length = headers.get('content-length');
  if (length === undefined || !/^\d+$/.test(length)) return yield* input.rest();
  return yield* input.bytes(Number(length), 'the end of the body');
}

function* readChunks(input: Input): Steps<Bytes> {
  const parts: Bytes[] = [];
  for (;;) {
    const line = yield* input.line('the next chunk');
    const size = /^[0-9a-f]{1,8}(?=\s*(;|$))/i.exec(line)?.[0];
    if (size === undefined) throw new DialogueFailure(`${quote(line)} is no size of a chunk`);
    if (parseInt(size, 16) === 0) return concat(...parts);
    parts.push(yield* input.bytes(parseInt(size, 16), 'the end of the chunk'));
    yield* input.line('the end of the chunk');
  }
}
