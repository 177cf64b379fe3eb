import type { UdpCheckConfiguration } from '../configuration.ts';
import { fromHex, hex } from './bytes.ts';
import type { Dialogue } from './conversation.ts';

/** keepalived's UDP_CHECK: an ICMP error ends the conversation from outside, silence is judged by the engine. */
export function* udpCheck(check: UdpCheckConfiguration): Dialogue {
  const { payload, requireReply, expect, minimumReplyLength = 0, maximumReplyLength = 255 } = check;
  yield { type: 'send', bytes: fromHex(payload) };
  const answer = yield { type: 'receive', channel: 'main' };
  if (answer === undefined) return { ok: false, reason: 'the port is closed' };
  if (!requireReply) return { ok: true, reason: `${answer.length} bytes came` };
  if (answer.length < minimumReplyLength || answer.length > maximumReplyLength) {
    const bounds = `${minimumReplyLength} to ${maximumReplyLength}`;
    return { ok: false, reason: `a reply of ${answer.length} bytes came, where ${bounds} were expected` };
  }
  const digits = hex(answer);
  const wrong = Array.from((expect ?? '').toLowerCase()).findIndex(
    (digit, index) => index < digits.length && digit !== 'x' && digit !== digits[index],
  );
  if (wrong === -1) return { ok: true, reason: `a reply of ${answer.length} bytes came` };
  return { ok: false, reason: `the reply ${digits.slice(0, 40)} is not ${expect ?? ''} from byte ${wrong >> 1} on` };
}
