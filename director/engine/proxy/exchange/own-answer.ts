import { HeadEdits } from '../../http/head-edits.ts';
import { keepsClient } from '../../http/persistence.ts';
import { ResponseHead } from '../../http/response-head.ts';
import type { ClosingReply } from '../runtime/verdict.ts';
import { AnswerRules } from './answer-rules.ts';
import type { AnswerUser } from './http-answer.ts';
import { writeAnswerHead } from './write-head.ts';

/** An answer of our own goes through `http-after-response` and is written anew, as a server's would be. */
export function sendOwnAnswer(user: AnswerUser, { octets, keeps }: ClosingReply, now: number): void {
  const { client, stream } = user;
  const mode = keeps ? user.mode : 'close';
  const { outbox } = client.wire;
  const head = new ResponseHead(client.host.limits);
  const edits = new HeadEdits();
  head.begin(0, { method: client.head.method, upgrades: false });
  if (head.read(octets, octets.length) !== 'done') {
    // An `errorfile` of octets that are no answer is sent as it is.
    outbox.write(octets, 0, octets.length);
    user.answered(false, false, now);
    return;
  }
  edits.begin(head.fields);
  stream.status = head.status;
  stream.response = { head, edits, body: () => octets.subarray(head.at), bodyComplete: true };
  new AnswerRules(client.front, user.back).runAfter(stream, now);
  stream.status = edits.status === 0 ? head.status : edits.status;
  stream.bytesOut += writeAnswerHead(outbox, client.head, head, edits, mode);
  if (head.framing !== 'none') {
    outbox.write(octets, head.at, octets.length);
    stream.bytesOut += octets.length - head.at;
  }
  user.answered(user.requestDone && keepsClient(mode, client.head, head), false, now);
}
