import type { TableResult, Timeouts } from '../../api/table.ts';
import { OK, refuse } from './results.ts';

/** Greatest timeout in seconds: INT_MAX jiffies of 4 ms (ip_vs_set_timeout with Debian's HZ). */
const LONGEST_SECONDS = Math.floor(0x7fff_ffff / 250);

const ESTABLISHED = 1;
const FIN_WAIT = 4;

/** How long entries stay after their last packet (ip_vs_proto_tcp.c, tcp_timeouts; ip_vs_proto_udp.c). */
export class TimeoutTable {
  /** Milliseconds by number of the TCP state. */
  readonly tcp = [2, 900, 120, 60, 120, 120, 10, 60, 30, 120, 120].map((seconds) => seconds * 1000);
  /** Milliseconds. */
  udp = 300_000;

  /** `ipvsadm --set`. EINVAL above 8,589,934 s. */
  set(timeouts: Timeouts): TableResult {
    const { tcpSeconds, tcpFinSeconds, udpSeconds } = timeouts;
    const longest = Math.max(tcpSeconds, tcpFinSeconds, udpSeconds);
    if (longest > LONGEST_SECONDS) {
      return refuse('EINVAL', `A timeout of ${longest} s is too long: the most is ${LONGEST_SECONDS} s`);
    }
    if (tcpSeconds > 0) this.tcp[ESTABLISHED] = tcpSeconds * 1000;
    if (tcpFinSeconds > 0) this.tcp[FIN_WAIT] = tcpFinSeconds * 1000;
    if (udpSeconds > 0) this.udp = udpSeconds * 1000;
    return OK;
  }

  get(): Timeouts {
    const seconds = (state: number): number => (this.tcp[state] ?? 0) / 1000;
    return { tcpSeconds: seconds(ESTABLISHED), tcpFinSeconds: seconds(FIN_WAIT), udpSeconds: this.udp / 1000 };
  }
}
