import { md5 } from '@noble/hashes/legacy.js';
import type { HttpCheckConfiguration, NegotiateCheckConfiguration, UrlExpectation } from '../configuration.ts';
import type { CheckResult } from '../result.ts';
import { concat, fromLatin1, hex, utf8, latin1, type Bytes } from './bytes.ts';
import { DialogueFailure, Input, quote, send, type Dialogue, type Steps } from './conversation.ts';
import { hostHeader, resolveLocation, urlOf, type HttpPlace } from './location.ts';
import { bytePattern, matches } from './pattern.ts';

interface Response {
  readonly status: number;
  readonly statusLine: string;
  readonly body: Bytes;
  readonly location: string | undefined;
}

/** LWP::UserAgent, max_redirect. */
const proxyRedirects = 7;
const redirecting: readonly number[] = [301, 302, 303, 307, 308];

/** HTTP_GET and SSL_GET: the URLs one after the other, each on a connection of its own as keepalived does. */
export function* http(check: HttpCheckConfiguration): Dialogue {
  const seen: string[] = [];
  for (const [index, url] of check.urls.entries()) {
    if (index > 0) yield { type: 'reconnect' };
    const { response, way } = yield* get(check, url);
    const wrong = complaint(url, response);
    if (wrong !== undefined) return { ok: false, reason: `${way}: ${wrong}` };
    seen.push(`${way}: ${response.statusLine}`);
  }
  return { ok: true, reason: seen.join(', ') };
}

/** `way`: the path, and where redirects led from it. */
function* get(check: HttpCheckConfiguration, url: UrlExpectation): Steps<{ response: Response; way: string }> {
  const { method, redirects = 0 } = url;
  let place: HttpPlace = { tls: check.kind === 'SSL_GET', host: check.address, port: check.port, path: url.path };
  let way = url.path;
  for (let followed = 0; ; followed++) {
    // Of the name that was asked for nothing is left behind a redirect (LWP::UserAgent's request).
    const host = (followed === 0 ? url.virtualHost : undefined) ?? hostHeader(place);
    yield* send(utf8(requestOf(check, method, place.path, host)));
    const response = yield* readResponse(method);
    if (!redirecting.includes(response.status) || redirects === 0) return { response, way };
    if (followed >= redirects)
      throw new DialogueFailure(`${way}: ${response.statusLine} once more, after ${redirects} redirects`);
    if (response.location === undefined)
      throw new DialogueFailure(`${way}: ${response.statusLine}, but it does not say where to`);
    const next = resolveLocation(place, response.location);
    if ('problem' in next) throw new DialogueFailure(`${way}: ${response.statusLine}, but ${next.problem}`);
    place = next;
    way = `${way} → ${urlOf(place)}`;
    yield { type: 'reconnect', to: { host: place.host, port: place.port, tls: place.tls } };
  }
}

/** ldirectord's http_proxy: asks the server, as a proxy, for an absolute URL, and follows redirects as the http check does. */
export function* httpProxy({ address, port, request, receive }: NegotiateCheckConfiguration): Dialogue {
  const start = resolveLocation({ tls: false, host: '', port: 80, path: '/' }, request.replace(/^\/(?=https?:)/, ''));
  if ('problem' in start || start.host === '')
    return { ok: false, reason: `${request} is not the absolute URL that a proxy wants` };
  let place = start;
  for (let followed = 0; ; followed++) {
    const url = urlOf(place);
    // The user agent has a proxy for http only.
    yield* send(utf8(proxyRequest(place.tls ? place.path : url, hostHeader(place))));
    const response = yield* readResponse('GET');
    const next = redirecting.includes(response.status) ? nextOf(place, response, followed) : undefined;
    if (next === undefined) return judgeProxied(url, response, receive);
    place = next;
    const { host, port: ownPort, tls } = place;
    yield { type: 'reconnect', to: tls ? { host, port: ownPort, tls } : { host: address, port, tls } };
  }
}

function proxyRequest(target: string, host: string): string {
  return `GET ${target} HTTP/1.1\r\nConnection: close\r\nHost: ${host}\r\nUser-Agent: director\r\n\r\n`;
}

function nextOf(place: HttpPlace, { location }: Response, followed: number): HttpPlace | undefined {
  const next = location === undefined || followed >= proxyRedirects ? undefined : resolveLocation(place, location);
  return next === undefined || 'problem' in next ? undefined : next;
}

function judgeProxied(url: string, { status, statusLine, body }: Response, receive: string): CheckResult {
  if (status < 200 || status > 299) return { ok: false, reason: `${url}: ${statusLine}` };
  if (matches(fromLatin1(body), receive)) return { ok: true, reason: `${url}: ${statusLine}` };
  return { ok: false, reason: `${url}: ${quote(fromLatin1(body))} does not match ${receive}` };
}

/** keepalived's request, byte by byte (check_http.c, request_template). */
function requestOf({ version, userAgent }: HttpCheckConfiguration, method: string, path: string, host: string): string {
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
    return { status, statusLine: statusLine.replace(/^\S+ /, ''), body, location: headers.get('location') };
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

/** RFC 9112 section 6.3. Of a body that is cut off what came counts, as in keepalived and libwww-perl. */
function* readBody(input: Input, headers: ReadonlyMap<string, string>): Steps<Bytes> {
  if (/\bchunked$/i.test(headers.get('transfer-encoding') ?? '')) return yield* readChunks(input);
  const length = headers.get('content-length');
  if (length === undefined || !/^\d+$/.test(length)) return yield* input.rest();
  return yield* input.atMost(Number(length));
}

function* readChunks(input: Input): Steps<Bytes> {
  const parts: Bytes[] = [];
  for (;;) {
    const line = yield* input.lineOrEnd();
    if (line === undefined) return concat(...parts);
    const size = /^[0-9a-f]{1,8}(?=\s*(;|$))/i.exec(line)?.[0];
    if (size === undefined) throw new DialogueFailure(`${quote(line)} is no size of a chunk`);
    if (parseInt(size, 16) === 0) return concat(...parts);
    parts.push(yield* input.atMost(parseInt(size, 16)));
    yield* input.lineOrEnd();
  }
}
