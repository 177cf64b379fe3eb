import type { Counters, Rates } from '../../api/snapshot.ts';

/** How often rates are estimated (net/netfilter/ipvs/ip_vs_est.c). */
export const ESTIMATION_PERIOD_MS = 2000;

// The kernel keeps packet rates scaled by 2^10 and byte rates by 2^5; a difference over 2 s takes one bit less.
const PACKET_DIFFERENCE = 2 ** 9;
const PACKET_SCALE = 2 ** 10;
const BYTE_DIFFERENCE = 2 ** 4;
const BYTE_SCALE = 2 ** 5;

/** Counters of a service or a server, and the rates that the kernel would show for them. */
export class Statistics {
  /** Since it was made: what the estimator reads. Never goes back. */
  readonly counters: { -readonly [Key in keyof Counters]: number } = none();
  /** Where the figures that are shown begin (ip_vs_zero_stats). */
  private zeroPoint: Counters = none();
  private last: Counters = none();
  private scaled: Counters = none();

  /** Packets towards the server, of so many bytes together. */
  countIn(bytes: number, packets = 1): void {
    this.counters.inPackets += packets;
    this.counters.inBytes += bytes;
  }

  countOut(bytes: number, packets = 1): void {
    this.counters.outPackets += packets;
    this.counters.outBytes += bytes;
  }

  /** To be called every ESTIMATION_PERIOD_MS. True when a rate changed. */
  estimate(): boolean {
    const { counters, last, scaled } = this;
    const next = {
      connections: step(scaled.connections, counters.connections - last.connections, PACKET_DIFFERENCE),
      inPackets: step(scaled.inPackets, counters.inPackets - last.inPackets, PACKET_DIFFERENCE),
      outPackets: step(scaled.outPackets, counters.outPackets - last.outPackets, PACKET_DIFFERENCE),
      inBytes: step(scaled.inBytes, counters.inBytes - last.inBytes, BYTE_DIFFERENCE),
      outBytes: step(scaled.outBytes, counters.outBytes - last.outBytes, BYTE_DIFFERENCE),
    };
    const changed = sum(next) !== sum(scaled);
    this.last = { ...counters };
    this.scaled = next;
    return changed;
  }

  rates(): Rates {
    return {
      connectionsPerSecond: shown(this.scaled.connections, PACKET_SCALE),
      inPacketsPerSecond: shown(this.scaled.inPackets, PACKET_SCALE),
      outPacketsPerSecond: shown(this.scaled.outPackets, PACKET_SCALE),
      inBytesPerSecond: shown(this.scaled.inBytes, BYTE_SCALE),
      outBytesPerSecond: shown(this.scaled.outBytes, BYTE_SCALE),
    };
  }

  /** The counters since the last `zero`. */
  totals(): Counters {
    const { counters, zeroPoint } = this;
    return {
      connections: counters.connections - zeroPoint.connections,
      inPackets: counters.inPackets - zeroPoint.inPackets,
      outPackets: counters.outPackets - zeroPoint.outPackets,
      inBytes: counters.inBytes - zeroPoint.inBytes,
      outBytes: counters.outBytes - zeroPoint.outBytes,
    };
  }

  /** Shows 0 from here on, also as rates (ip_vs_zero_stats, ip_vs_zero_estimator). */
  zero(): void {
    this.zeroPoint = { ...this.counters };
    this.last = { ...this.counters };
    this.scaled = none();
  }
}

function none(): { connections: number; inPackets: number; outPackets: number; inBytes: number; outBytes: number } {
  return { connections: 0, inPackets: 0, outPackets: 0, inBytes: 0, outBytes: 0 };
}

/** Moves a quarter of the way to the new rate; floor is the kernel's arithmetic shift. */
function step(scaled: number, difference: number, scale: number): number {
  return scaled + Math.floor((difference * scale - scaled) / 4);
}

/** Rounded, with halves down, as ip_vs_read_estimator does. */
function shown(scaled: number, scale: number): number {
  return Math.floor((scaled + scale / 2 - 1) / scale);
}

function sum(rates: Counters): number {
  return rates.connections + rates.inPackets + rates.outPackets + rates.inBytes + rates.outBytes;
}
