/** One address that moves with a virtual router. */
export interface VirtualAddress {
  readonly address: string;
  readonly prefixLength: number;
  /** The interface that carries it. */
  readonly interface: string;
}

/** How the neighbours' tables are refreshed after a take-over; names follow keepalived.conf(5), times in milliseconds. */
export interface GratuitousArpConfiguration {
  readonly repeat: number;
  /** The second burst comes this long after the first; 0 = no second burst. */
  readonly delayMs: number;
  /** A periodic burst while MASTER; 0 = none. */
  readonly refreshMs: number;
  readonly refreshRepeat: number;
}

/** A virtual router as this director takes part in it (RFC 9568 section 6.1; RFC 3768 for version 2). */
export interface VrrpInstanceConfiguration {
  readonly name: string;
  readonly version: 2 | 3;
  readonly interface: string;
  readonly vrid: number;
  /** 1–255; 255 = owner of the addresses. */
  readonly priority: number;
  readonly advertIntervalMs: number;
  /** Only a hint: every instance starts in BACKUP, this one takes over sooner if nobody is heard. */
  readonly startsAs: 'MASTER' | 'BACKUP';
  readonly preempt: boolean;
  readonly preemptDelayMs: number;
  readonly virtualAddresses: readonly VirtualAddress[];
  /** Version 2 only: the PASS authentication of RFC 2338; at most 8 bytes count. */
  readonly password?: string;
  readonly gratuitousArp: GratuitousArpConfiguration;
  readonly syncGroup?: string;
}
