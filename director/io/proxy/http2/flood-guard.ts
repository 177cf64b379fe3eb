/** What one client may do in a second, beyond what its requests and answers need. */
export const FLOOD_LIMITS = {
  /** Streams given up before they were answered (CVE-2023-44487): a browser that leaves a page gives up all of one hundred, twice. */
  resets: 200,
  /** PING and SETTINGS, each of which has to be answered. */
  controls: 100,
  /** Octets that bring neither a request nor content: PRIORITY, WINDOW_UPDATE, empty frames, frames of streams that are refused. */
  idleOctets: 131_072,
} as const;

/** What a request may take of the connection without question, and a piece of content beside its own octets. */
const REQUEST_OCTETS = 16_384;
const PIECE_OCTETS = 64;
/** Octets sent for each that the client may spend on WINDOW_UPDATE for them: one frame of 13 octets, twice, for a DATA frame of 1 kB. */
const SENT_FOR_ONE = 32;
const SECOND_MS = 1000;

/** Counts what an HTTP/2 client does; each method answers whether that was too much. */
export class FloodGuard {
  #second = -Infinity;
  #resets = 0;
  #controls = 0;
  #allowed = 0;
  #received = 0;
  #sent = 0;

  reset(now: number): boolean {
    this.#turn(now);
    return ++this.#resets > FLOOD_LIMITS.resets;
  }

  control(now: number): boolean {
    this.#turn(now);
    return ++this.#controls > FLOOD_LIMITS.controls;
  }

  request(): void {
    this.#allowed += REQUEST_OCTETS;
  }

  content(octets: number): void {
    this.#allowed += octets + PIECE_OCTETS;
  }

  /** Once a second. `received`, `sent`: octets of the connection so far. */
  look(received: number, sent: number): boolean {
    const allowed = this.#allowed + (sent - this.#sent) / SENT_FOR_ONE;
    const idle = received - this.#received - allowed;
    this.#received = received;
    this.#sent = sent;
    this.#allowed = 0;
    return idle > FLOOD_LIMITS.idleOctets;
  }

  #turn(now: number): void {
    if (now - this.#second < SECOND_MS) return;
    this.#second = now;
    this.#resets = 0;
    this.#controls = 0;
  }
}
