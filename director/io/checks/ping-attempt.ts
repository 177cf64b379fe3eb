import { parseAddress, toBytes } from '../../engine/address.ts';
import type { PingCheckConfiguration } from '../../engine/checks/configuration.ts';
import { echoRequest, parseEcho, type Echo } from '../../engine/checks/dialogues/echo.ts';
import { monotonicNow } from '../clock.ts';
import { close, connect, ifNametoindex, recv, send } from '../libc.ts';
import type { Attempt, Finish } from './attempt.ts';
import { boundSocket, familyOf, reasonOf, SOCK_RAW } from './target.ts';

const [IPPROTO_ICMP, IPPROTO_ICMPV6, MSG_DONTWAIT] = [1, 58, 0x40];
/** Node cannot wait for a raw socket: it is looked at again and again, less often the longer it takes. */
const [shortestLookMs, longestLookMs] = [1, 20];
let sequences = 0;

/** One echo request. The socket is connected, so that the kernel gives it nothing but what comes from that host. */
export function startPing(check: PingCheckConfiguration, finish: Finish): Attempt {
  const family = familyOf(check.address);
  sequences = (sequences + 1) & 0xffff;
  const echo: Echo = { identifier: process.pid & 0xffff, sequence: sequences };
  let fd: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => {
    clearTimeout(timer);
    if (fd !== undefined) close(fd);
    fd = undefined;
  };
  const fail = (error: unknown): void => {
    end();
    finish({ ok: false, reason: reasonOf(error) });
  };
  const started = monotonicNow();
  const look = (waitMs: number): void => {
    try {
      const verdict = fd === undefined ? undefined : receive(fd, family, echo);
      if (verdict === undefined) {
        timer = setTimeout(look, waitMs, Math.min(waitMs * 2, longestLookMs));
        return;
      }
      end();
      const answered = `echo reply in ${(monotonicNow() - started).toFixed(1)} ms`;
      finish(verdict === 'reply' ? { ok: true, reason: answered } : { ok: false, reason: verdict });
    } catch (error) {
      fail(error);
    }
  };
  try {
    fd = boundSocket(check, SOCK_RAW, family === 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6);
    connect(fd, destination(check.address));
    send(fd, echoRequest(family, echo), MSG_DONTWAIT);
    timer = setTimeout(look, shortestLookMs, shortestLookMs * 2);
  } catch (error) {
    fail(error);
  }
  return { abort: end };
}

/** `reply`, or in words why there will be none; undefined while nothing has come. */
function receive(fd: number, family: 4 | 6, echo: Echo): string | undefined {
  const buffer = new Uint8Array(2048);
  // All that has come since the last look: other echoes of other programs are among it.
  for (let size = recv(fd, buffer, MSG_DONTWAIT); size >= 0; size = recv(fd, buffer, MSG_DONTWAIT)) {
    const answer = parseEcho(family, buffer.subarray(0, size));
    if (answer?.echo.identifier !== echo.identifier || answer.echo.sequence !== echo.sequence) continue;
    return answer.type === 'reply' ? 'reply' : `destination unreachable (ICMP code ${answer.code})`;
  }
  return undefined;
}

/** A struct sockaddr_in or sockaddr_in6 without a port; the zone of a link-local address becomes its scope. */
function destination(text: string): Uint8Array {
  const [plain = '', zone] = text.split('%');
  const address = parseAddress(plain);
  if (!address) throw new Error(`${text} is no address`);
  const bytes = new Uint8Array(address.family === 4 ? 16 : 28);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, address.family === 4 ? 2 : 10, true);
  bytes.set(toBytes(address), address.family === 4 ? 4 : 8);
  if (zone !== undefined) view.setUint32(24, ifNametoindex(zone) ?? 0, true);
  return bytes;
}
