import { OPTION_CLOSE, OPTION_KEEP_ALIVE } from './connection-options.ts';
import type { Framing } from './framing.ts';
import type { Outgoing } from './head-writer.ts';
import type { Minor } from './version.ts';

/** HAProxy's options: keep both connections, close the server's after each exchange, close both. */
export type ConnectionMode = 'keep-alive' | 'server-close' | 'close';

/** What a message's sender wants (RFC 9112 section 9.3). */
export function wantsKept(minor: Minor, options: number): boolean {
  if ((options & OPTION_CLOSE) !== 0) return false;
  return minor === 1 || (options & OPTION_KEEP_ALIVE) !== 0;
}

/**
 * The option that tells a decision to a reader who else takes the default of the message's version, and of its own: HTTP/1.0 on
 * either side needs to be told what is kept.
 */
export function connectionOption(kept: boolean, minor: Minor, reader: Minor = minor): Outgoing['connection'] {
  if (kept) return minor === 0 || reader === 0 ? 'keep-alive' : 'none';
  return minor === 1 ? 'close' : 'none';
}

/** Of a head, what decisions about connections look at. */
export interface MessageFacts {
  readonly minor: Minor;
  readonly options: number;
  readonly framing: Framing;
  readonly ambiguous: boolean;
}

/** Whether the server is told that its connection will be used again. */
export function keepsServer(mode: ConnectionMode): boolean {
  return mode === 'keep-alive';
}

/** Whether another request may be sent on the server's connection after this exchange, both messages being complete. */
export function mayReuseServer(mode: ConnectionMode, response: MessageFacts): boolean {
  const ends = response.framing === 'close' || response.framing === 'tunnel' || response.ambiguous;
  return mode === 'keep-alive' && !ends && wantsKept(response.minor, response.options);
}

/** Whether the client's connection goes on after this exchange, both messages being complete. */
export function keepsClient(mode: ConnectionMode, request: MessageFacts, response: MessageFacts): boolean {
  if (mode === 'close' || request.ambiguous || !wantsKept(request.minor, request.options)) return false;
  if (response.framing === 'close' || response.framing === 'tunnel') return false;
  return !unchunks(request, response);
}

/** A client of HTTP/1.0 knows no chunks (RFC 9112 section 6.1): it gets the data alone, and the end of the connection. */
export function unchunks(request: MessageFacts, response: MessageFacts): boolean {
  return response.framing === 'chunked' && request.minor === 0;
}
