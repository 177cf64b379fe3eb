import { hasElement } from './connection-options.ts';
import { EXPECT, TE, UPGRADE } from './field-name.ts';
import type { Outgoing } from './head-writer.ts';
import { fromLatin1 } from './octets.ts';
import type { ConnectionMode } from './persistence.ts';
import { connectionOption, keepsClient, keepsServer, unchunks } from './persistence.ts';
import type { RequestHead } from './request-head.ts';
import type { ResponseHead } from './response-head.ts';

const TRAILERS = fromLatin1('trailers');
const CONTINUE = fromLatin1('100-continue');

/** What a request's head says to the server. */
export function outgoingRequest(head: RequestHead, mode: ConnectionMode): Outgoing {
  return {
    transfer: head.framing === 'length' || head.framing === 'chunked' ? head.framing : 'none',
    length: head.length,
    connection: head.upgrades ? 'none' : connectionOption(keepsServer(mode), head.minor),
    upgrade: head.upgrades,
    trailers: head.minor === 1 && head.fields.has(TE) && hasElement(head.fields, TE, TRAILERS),
  };
}

/** What a response's head says to the client. Interim responses say nothing of the connection. */
export function outgoingResponse(request: RequestHead, response: ResponseHead, mode: ConnectionMode): Outgoing {
  const settled = response.interim || response.framing === 'tunnel';
  const kept = keepsClient(mode, request, response);
  return {
    transfer: declaredTransfer(request, response),
    length: Math.max(0, response.declaredLength),
    connection: settled ? 'none' : connectionOption(kept, response.minor, request.minor),
    upgrade: (response.status === 101 || response.status === 426) && response.fields.has(UPGRADE),
    trailers: false,
  };
}

/** Also what a HEAD's or a 304's body would have been; 1xx, 204 and tunnels have none to speak of (RFC 9110 section 8.6). */
function declaredTransfer(request: RequestHead, response: ResponseHead): Outgoing['transfer'] {
  if (response.status < 200 || response.status === 204 || response.framing === 'tunnel') return 'none';
  if (response.declaredChunked) return request.minor === 0 || unchunks(request, response) ? 'none' : 'chunked';
  return response.declaredLength === -1 ? 'none' : 'length';
}

/**
 * Who answers `Expect: 100-continue` (RFC 9110 section 10.1.1): the server, to whom it is forwarded, unless its answer would come
 * too late because the proxy waits for the body itself. HTTP/1.0 cannot expect, and without a body there is nothing to expect.
 */
export function whoContinues(head: RequestHead, waitsForBody: boolean): 'server' | 'proxy' | 'nobody' {
  if (!head.fields.has(EXPECT) || !hasElement(head.fields, EXPECT, CONTINUE)) return 'nobody';
  const body = head.framing === 'chunked' || (head.framing === 'length' && head.length > 0);
  if (head.minor === 0 || !body) return 'nobody';
  return waitsForBody ? 'proxy' : 'server';
}

/** Whether a response may be sent on: clients of HTTP/1.0 know no interim ones (RFC 9110 section 15.2). */
export function forwardsInterim(request: RequestHead, response: ResponseHead): boolean {
  return !response.interim || request.minor === 1;
}
