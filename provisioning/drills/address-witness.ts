import type { NodeConnection } from '../ssh/connection.ts';
import { monitorCommand, parseMonitorLine, parseShownAddresses, showCommand } from './address-monitor.ts';
import type { AddressChange } from './address-monitor.ts';
import { readLines } from './lines.ts';

/** Something that watches until it is closed. */
export interface Watch {
  close(): void;
}

/**
 * Watches the addresses in a node's kernel: a witness independent of whatever program moves them there. Ends by itself with
 * the node.
 */
export async function watchAddresses(
  connection: NodeConnection,
  onChange: (change: AddressChange) => void,
): Promise<Watch> {
  const channel = await connection.open({ command: monitorCommand });
  channel.stdin.on('error', () => undefined);
  readLines(channel.stdout, (line) => {
    const change = parseMonitorLine(line);
    if (change !== undefined) onChange(change);
  });
  return {
    close() {
      channel.stdin.end();
      channel.close();
    },
  };
}

/** The IPv4 addresses in a node's kernel now. */
export async function addressesOf(connection: NodeConnection): Promise<Set<string>> {
  const { stdout } = await connection.execute(showCommand, { timeoutMs: 5000 });
  return parseShownAddresses(stdout);
}
