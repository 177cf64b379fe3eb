import { outgoingRequest, outgoingResponse } from '../../http/forwarding.ts';
import type { HeadEdits } from '../../http/head-edits.ts';
import { HeadWriter, type Outgoing } from '../../http/head-writer.ts';
import type { ConnectionMode } from '../../http/persistence.ts';
import type { RequestHead } from '../../http/request-head.ts';
import type { ResponseHead } from '../../http/response-head.ts';
import type { Outbox } from '../wire.ts';

/** What a head may grow by when it is written anew, beside what rules have added: framing, connection, blanks. */
const HEAD_SLACK = 1024;
const writer = new HeadWriter();

/** Writes an answer's head to the client; answers how many octets it has. */
export function writeAnswerHead(
  outbox: Outbox,
  request: RequestHead,
  response: ResponseHead,
  edits: HeadEdits,
  mode: ConnectionMode,
): number {
  const room = outbox.reserve(headRoom(response.at - response.start, edits));
  const outgoing = outgoingResponse(request, response, mode);
  const said = losesBody(response, edits) ? ({ ...outgoing, transfer: 'none' } as const) : outgoing;
  const end = writer.response(response, edits, said, room.buffer, room.at);
  outbox.commit(end - room.at);
  return end - room.at;
}

/** Whether rules have made an answer of it that has no body (RFC 9110 section 6.4.1), though it came with one. */
export function losesBody({ framing }: ResponseHead, { status }: HeadEdits): boolean {
  const isBodiless = status === 204 || status === 304;
  return isBodiless && framing !== 'none' && framing !== 'tunnel';
}

/** Writes a request's head to the server; answers what it says. */
export function writeRequestHead(outbox: Outbox, head: RequestHead, edits: HeadEdits, mode: ConnectionMode): Outgoing {
  const outgoing = outgoingRequest(head, mode);
  const room = outbox.reserve(headRoom(head.at - head.start, edits));
  outbox.commit(writer.request(head, edits, outgoing, room.buffer, room.at) - room.at);
  return outgoing;
}

function headRoom(octets: number, edits: HeadEdits): number {
  return octets + edits.extra + edits.count * 4 + HEAD_SLACK;
}
