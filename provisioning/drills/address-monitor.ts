export interface AddressChange {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly action: 'added' | 'removed';
  readonly address: string;
  readonly interface: string;
}

/**
 * Prints every change of an IPv4 address in the kernel with its time (UTC), until its standard input closes: a command over
 * SSH without a terminal is not ended by the end of its channel, so the shell waits for the end of input and ends it.
 */
export const monitorCommand =
  'TZ=UTC0 ip -ts -o -4 monitor address & monitor=$!; cat > /dev/null; kill $monitor 2> /dev/null';

export const showCommand = 'ip -o -4 address show';

/** `[2026-11-21T10:10:46.298693] Deleted 3: eth0    inet 192.168.1.200/32 scope global eth0\ …` (iproute2 6.1). */
const change = /^\[(\S+?)(\d{6})?\] (Deleted )?\d+: (\S+?)(?:@\S+)?\s+inet ([\d.]+)/;

/** Undefined for a line that tells of no IPv4 address. */
export function parseMonitorLine(line: string): AddressChange | undefined {
  const [, time, microseconds, deleted, device, address] = change.exec(line) ?? [];
  if (time === undefined || device === undefined || address === undefined) return undefined;
  const whole = Date.parse(`${time.replace(/\.$/, '')}Z`);
  if (Number.isNaN(whole)) return undefined;
  return {
    at: whole + Number(microseconds ?? 0) / 1000,
    action: deleted === undefined ? 'added' : 'removed',
    address,
    interface: device,
  };
}

/** The IPv4 addresses in the output of `showCommand`. */
export function parseShownAddresses(output: string): Set<string> {
  const found = output.matchAll(/^\d+: \S+\s+inet ([\d.]+)/gm);
  return new Set([...found].map(([, address]) => address ?? ''));
}
