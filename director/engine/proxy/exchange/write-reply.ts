import type { ClosingReply } from '../runtime/verdict.ts';
import type { Outbox } from '../wire.ts';

const CR = 0x0d;
const LF = 0x0a;

/** A HEAD's answer has no body, whatever its head says (RFC 9110 section 9.3.2). Answers how many octets were sent. */
export function writeReply(outbox: Outbox, { octets }: ClosingReply, headOnly: boolean): number {
  const to = headOnly ? headEnd(octets) : octets.length;
  outbox.write(octets, 0, to);
  return to;
}

function headEnd(octets: Uint8Array): number {
  for (let at = octets.indexOf(LF); at !== -1; at = octets.indexOf(LF, at + 1)) {
    const next = octets[at + 1] === CR ? at + 2 : at + 1;
    if (octets[next] === LF) return next + 1;
  }
  return octets.length;
}
