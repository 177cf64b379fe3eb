/** What is counted since the start or since `clear counters`; numbers of events or octets. Names are those of the CSV (management.txt 9.1). */
class TrafficCounters {
  /** Octets from clients, and to them. */
  bytesIn = 0;
  bytesOut = 0;
  deniedRequests = 0;
  deniedResponses = 0;
  /** Answers by the first digit of their status: 0 for others, then 1xx to 5xx. */
  readonly responses = [0, 0, 0, 0, 0, 0];
  failedRewrites = 0;
  internalErrors = 0;
  /** Most at once, and most in a second, so far. */
  sessionsMax = 0;
  sessionRateMax = 0;
}

export class FrontendCounters extends TrafficCounters {
  connections = 0;
  sessions = 0;
  requests = 0;
  requestErrors = 0;
  /** Refused by `tcp-request connection`, and by `tcp-request session`. */
  deniedConnections = 0;
  deniedSessions = 0;
  /** Answered by the proxy itself: statistics, redirects, `return`. */
  intercepted = 0;
  connectionRateMax = 0;
  requestRateMax = 0;
}

/** Of a backend and of each of its servers. */
export class BackCounters extends TrafficCounters {
  /** Streams that came here, and those of them that the balancing sent. */
  sessions = 0;
  balanced = 0;
  requests = 0;
  connectionErrors = 0;
  responseErrors = 0;
  clientAborts = 0;
  serverAborts = 0;
  retries = 0;
  redispatches = 0;
  queueMax = 0;
  connects = 0;
  reuses = 0;
  /** Times that it went down. */
  transitionsDown = 0;
}

export class ServerCounters extends BackCounters {
  failedChecks = 0;
  /** Errors that `observe` has seen. */
  failedAnalyses = 0;
}

/** Average of the last 1,024 streams, in milliseconds (HAProxy's swrate_add). */
export class SlidingAverage {
  #sum = 0;

  add(value: number): void {
    this.#sum += value - Math.floor((this.#sum + 1023) / 1024);
  }

  get value(): number {
    return Math.floor((this.#sum + 1023) / 1024);
  }

  clear(): void {
    this.#sum = 0;
  }
}

/** `qtime`, `ctime`, `rtime`, `ttime`; and the largest of each. */
export class TimeAverages {
  readonly queue = new SlidingAverage();
  readonly connect = new SlidingAverage();
  readonly response = new SlidingAverage();
  readonly total = new SlidingAverage();
  queueMax = 0;
  connectMax = 0;
  responseMax = 0;
  totalMax = 0;
}
