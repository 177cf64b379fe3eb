import type { NodeConnection } from '../ssh/connection.ts';
import type { Watch } from './address-witness.ts';
import { readLines } from './lines.ts';

export interface CapturedAdvert {
  readonly at: number;
  readonly source: string;
  readonly vrid: number;
  readonly priority: number;
}

const captureCommand =
  "tcpdump -n -tt -l --immediate-mode -i any 'ip proto 112' 2> /dev/null & capture=$!; cat > /dev/null; kill $capture 2> /dev/null";

/** `1763719846.298693 eth0  M   IP 192.168.1.101 > 224.0.0.18: VRRPv2, Advertisement, vrid 51, prio 150, …` (tcpdump 4.99). */
const advert = /^(\d+\.\d+) .*?IP ([\d.]+) > [\d.]+: VRRPv\d, Advertisement, .*?vrid (\d+), prio (\d+)/;

export function parseCapturedAdvert(line: string): CapturedAdvert | undefined {
  const [, seconds, source, vrid, priority] = advert.exec(line) ?? [];
  if (seconds === undefined || source === undefined) return undefined;
  return { at: Number(seconds) * 1000, source, vrid: Number(vrid), priority: Number(priority) };
}

/**
 * Listens for advertisements on the wire of a node whose VRRP program tells us nothing (the documents' keepalived).
 * Undefined where the node has no tcpdump.
 */
export async function captureAdverts(
  connection: NodeConnection,
  onAdvert: (advert: CapturedAdvert) => void,
): Promise<Watch | undefined> {
  const found = await connection.execute('command -v tcpdump', { timeoutMs: 5000 });
  if (found.exitCode !== 0) return undefined;
  const channel = await connection.open({ command: captureCommand });
  channel.stdin.on('error', () => undefined);
  readLines(channel.stdout, (line) => {
    const captured = parseCapturedAdvert(line);
    if (captured !== undefined) onAdvert(captured);
  });
  return {
    close() {
      channel.stdin.end();
      channel.close();
    },
  };
}
