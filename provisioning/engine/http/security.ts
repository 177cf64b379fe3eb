import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';

/** The subprotocol that the server selects, and the prefix of the one that carries the token. */
export const SUBPROTOCOL = 'relevo';
const TOKEN_PREFIX = 'token.';

/**
 * Whether the request was meant for this server. A page elsewhere can make a browser send requests to 127.0.0.1 under a name
 * of its own (DNS rebinding); the Host header then carries that name.
 */
export function isOwnHost(host: string | undefined, port: number): boolean {
  return host === `127.0.0.1:${port}` || host === `localhost:${port}`;
}

/** Programs send no Origin; browsers always do with a WebSocket, and only our own page may open one. */
export function isOwnOrigin(origin: string | undefined, port: number): boolean {
  return origin === undefined || origin === `http://127.0.0.1:${port}` || origin === `http://localhost:${port}`;
}

/** Compared by digest, in a time that does not depend on how many characters are right. */
export function isToken(offered: string | undefined, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return offered !== undefined && timingSafeEqual(digest(offered), digest(token));
}

/** The token among the subprotocols that a client offers: the one place where a browser's WebSocket can put it. */
export function offeredToken(protocols: string | undefined): string | undefined {
  const offer = protocols?.split(',').map((protocol) => protocol.trim());
  return offer?.find((protocol) => protocol.startsWith(TOKEN_PREFIX))?.slice(TOKEN_PREFIX.length);
}

/** The status and the reason to refuse an upgrade with, or undefined for one that may pass. */
export function refusal(
  request: Pick<IncomingMessage, 'headers'>,
  { port, token }: { readonly port: number; readonly token: string },
): { readonly status: 401 | 403; readonly reason: string } | undefined {
  const { host, origin } = request.headers;
  if (!isOwnHost(host, port))
    return { status: 403, reason: `This engine does not answer to the name ${host ?? '(none)'}.` };
  if (!isOwnOrigin(origin, port))
    return { status: 403, reason: 'Pages of another origin may not talk to this engine.' };
  if (!isToken(offeredToken(request.headers['sec-websocket-protocol']), token)) {
    return { status: 401, reason: 'The token is missing or wrong.' };
  }
  return undefined;
}

/** Sent with every answer. `host` is the one the page was asked under, checked before. */
export function securityHeaders(host: string): OutgoingHttpHeaders {
  return {
    'Content-Security-Policy': [
      "default-src 'self'",
      // Mantine and xterm.js set style attributes; neither can run code through them.
      "style-src 'self' 'unsafe-inline'",
      "img-src 'self' data:",
      "font-src 'self' data:",
      `connect-src 'self' ws://${host}`,
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'none'",
    ].join('; '),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
  };
}
