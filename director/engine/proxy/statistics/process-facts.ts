import { FrequencyCounter } from '../runtime/frequency-counter.ts';

/** What the process counts across all proxies; whoever accepts connections and reads requests adds to it. */
export class ProcessCounters {
  /** Of clients, and of the runtime socket, since the start. */
  connections = 0;
  requests = 0;
  tlsConnections = 0;
  bytesOut = 0;
  droppedLogs = 0;
  readonly connectionRate: FrequencyCounter;
  readonly sessionRate: FrequencyCounter;
  readonly tlsRate: FrequencyCounter;
  readonly outRate: FrequencyCounter;
  connectionRateMax = 0;
  sessionRateMax = 0;
  tlsRateMax = 0;

  constructor(now: number) {
    this.connectionRate = new FrequencyCounter(now);
    this.sessionRate = new FrequencyCounter(now);
    this.tlsRate = new FrequencyCounter(now);
    this.outRate = new FrequencyCounter(now);
  }

  connected(now: number): void {
    this.connections++;
    this.connectionRateMax = Math.max(this.connectionRateMax, this.connectionRate.add(now));
  }

  sessionBegan(now: number): void {
    this.sessionRateMax = Math.max(this.sessionRateMax, this.sessionRate.add(now));
  }

  handshakeDone(now: number): void {
    this.tlsConnections++;
    this.tlsRateMax = Math.max(this.tlsRateMax, this.tlsRate.add(now));
  }

  sent(octets: number, now: number): void {
    this.bytesOut += octets;
    this.outRate.add(now, octets);
  }

  /** `clear counters`. */
  clearMaxima(): void {
    this.connectionRateMax = 0;
    this.sessionRateMax = 0;
    this.tlsRateMax = 0;
  }
}

/** What the statistics tell of the process itself. */
export interface ProcessFacts {
  /** Which HAProxy this is to be taken for: `2.6.12`, `2023/03/28`. */
  readonly version: string;
  readonly releaseDate: string;
  readonly processId: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly threads: number;
  /** The process's own limits: descriptors, and connections that the configuration allows. */
  readonly openFiles: number;
  maxConnections: number;
  /** The most that `set maxconn global` may be told. */
  readonly hardMaxConnections: number;
  readonly counters: ProcessCounters;
  /** Listening sockets, and whatever else keeps the process alive. */
  readonly listeners: number;
  readonly connectionRateLimit: number;
  readonly sessionRateLimit: number;
  readonly tlsRateLimit: number;
  readonly tlsConnectionsLimit: number;
  readonly description?: string;
  readonly node?: string;
  /** Time that nothing was done in, percent. */
  idlePercent(): number;
  /** Octets that the process has taken from the system. */
  memory(): number;
}
