/** net.ipv4.icmp_msgs_per_sec and icmp_msgs_burst of Linux. */
const GLOBAL_PER_SECOND = 1000;
const GLOBAL_BURST = 50;
/** One message a second to one host after a burst of six (net.ipv4.icmp_ratelimit, XRLIM_BURST_FACTOR). */
const HOST_PERIOD_MS = 1000;
const HOST_BURST = 6;
/** Hosts share buckets by the low bits of their address: enough to keep one noisy host from silencing the others. */
const HOST_BUCKETS = 1024;

/** Decides whether one more ICMP error may be sent. */
export interface ErrorLimit {
  /** `words`: those of the address to which it would go, from `at` on. */
  allow(words: Uint32Array, at: number, now: number): boolean;
}

/** As the kernel limits its own (net/ipv4/icmp.c). */
export class IcmpLimiter implements ErrorLimit {
  private globalCredit = GLOBAL_BURST;
  private globalStamp = 0;
  private readonly credits = new Float64Array(HOST_BUCKETS).fill(HOST_BURST);
  private readonly stamps = new Float64Array(HOST_BUCKETS);

  allow(words: Uint32Array, at: number, now: number): boolean {
    const earned = ((now - this.globalStamp) * GLOBAL_PER_SECOND) / 1000;
    this.globalCredit = Math.min(GLOBAL_BURST, this.globalCredit + earned);
    this.globalStamp = now;
    if (this.globalCredit < 1 || !this.allowHost(bucketOf(words, at), now)) return false;
    this.globalCredit -= 1;
    return true;
  }

  private allowHost(bucket: number, now: number): boolean {
    const earned = (now - (this.stamps[bucket] ?? 0)) / HOST_PERIOD_MS;
    const credit = Math.min(HOST_BURST, (this.credits[bucket] ?? 0) + earned);
    this.stamps[bucket] = now;
    this.credits[bucket] = credit < 1 ? credit : credit - 1;
    return credit >= 1;
  }
}

/** IPv6 hosts share one by their network, of which one of them may have very many addresses. */
function bucketOf(words: Uint32Array, at: number): number {
  return (
    ((words[at + 1] ?? 0) ^ (words[at] ?? 0) ^ ((words[at] ?? 0) === 0 ? (words[at + 3] ?? 0) : 0)) & (HOST_BUCKETS - 1)
  );
}
