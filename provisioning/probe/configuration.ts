import type { ProbeTarget } from '../../testbeds/resolved.ts';

export interface ProbeConfiguration {
  readonly targets: readonly ProbeTarget[];
  /** Requests per second and target. */
  readonly rate: number;
  /** How long a request may take, in ms. */
  readonly timeoutMs: number;
}

/**
 * Under the kernel's first SYN retransmission (1 s, RFC 6298 section 2.1): a connection attempt made while nobody held the
 * address must fail as such, and not be rescued by its own retransmission after the take-over. Otherwise answers would come
 * in steps of one second, and the first good answer would belong to a request of the dead time.
 */
export const defaultTimeoutMs = 800;

/** Hard limits of the program: it stops by itself whatever it is told and whoever forgot it. */
export const limits = {
  targets: 8,
  /** Requests per second and target. */
  rate: 200,
  timeoutMs: 10_000,
  /** The longest drill (60 s before, 3 × 164 s + 10 s for the slowest VRRP timers, 60 s after, healing) is shorter. */
  durationMs: 30 * 60_000,
  requests: 1_000_000,
} as const;

/**
 * Reads the one line of JSON that the probe is given.
 * @throws Error with the field and the value seen
 */
export function parseConfiguration(line: string): ProbeConfiguration {
  const value = asRecord(JSON.parse(line), 'configuration');
  const targets = value['targets'];
  if (!Array.isArray(targets) || targets.length === 0 || targets.length > limits.targets)
    throw new Error(`targets must be a list of 1 to ${limits.targets} entries, not ${JSON.stringify(targets)}`);
  return {
    targets: targets.map(parseTarget),
    rate: inRange(value['rate'], 'rate', 0.1, limits.rate),
    timeoutMs: inRange(value['timeoutMs'] ?? defaultTimeoutMs, 'timeoutMs', 10, limits.timeoutMs),
  };
}

function parseTarget(value: unknown): ProbeTarget {
  const target = asRecord(value, 'target');
  const name = asText(target['name'], 'name');
  switch (target['kind']) {
    case 'http':
      return { kind: 'http', name, url: asHttpUrl(target['url']) };
    case 'dns':
      return { kind: 'dns', name, server: asText(target['server'], 'server'), query: asText(target['query'], 'query') };
    default:
      throw new Error(`kind of target ${name} must be http or dns, not ${JSON.stringify(target['kind'])}`);
  }
}

function asRecord(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new Error(`${what} must be an object`);
  return value as Record<string, unknown>;
}

function asText(value: unknown, field: string): string {
  if (typeof value !== 'string' || value === '')
    throw new Error(`${field} must be a text, not ${JSON.stringify(value)}`);
  return value;
}

function asHttpUrl(value: unknown): string {
  const url = new URL(asText(value, 'url'));
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Error(`url must begin with http: or https:, not ${url.protocol}`);
  return url.href;
}

function inRange(value: unknown, field: string, minimum: number, maximum: number): number {
  if (typeof value !== 'number' || !(value >= minimum && value <= maximum))
    throw new Error(`${field} must be a number from ${minimum} to ${maximum}, not ${JSON.stringify(value)}`);
  return value;
}
