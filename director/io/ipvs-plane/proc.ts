import type { ConnectionSnapshot, Counters, Rates } from '../../api/snapshot.ts';
import { formatAddress, fromBytes, parseAddress } from '../../engine/address.ts';

/** At most so many entries are listed, as by the packet plane: a million lines help nobody. */
const MOST_LISTED = 65_536;

/**
 * The lines of `/proc/net/ip_vs_conn`, with the origin of each from `/proc/net/ip_vs_conn_sync` (ip_vs_conn.c). Entries that came
 * or went between the two readings count as local.
 */
export function parseConnections(connections: string, origins: string): ConnectionSnapshot[] {
  const synced = new Set<string>();
  for (const fields of rows(origins)) if (fields[8] === 'SYNC') synced.add(keyOf(fields));
  const listed: ConnectionSnapshot[] = [];
  for (const fields of rows(connections)) {
    if (listed.length === MOST_LISTED) break;
    listed.push(connection(fields, synced.has(keyOf(fields)) ? 'sync' : 'local'));
  }
  return listed;
}

function rows(text: string): string[][] {
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.split(/ +/))
    .filter(({ length }) => length >= 9);
}

function keyOf(fields: readonly string[]): string {
  return fields.slice(0, 7).join(' ');
}

function connection(fields: readonly string[], origin: 'local' | 'sync'): ConnectionSnapshot {
  const [protocol = '', client = '', clientPort = '', virtual = '', virtualPort = '', server = '', serverPort = ''] =
    fields;
  return {
    protocol: protocol === 'TCP' || protocol === 'UDP' ? protocol : 'IP',
    state: fields[7] ?? '',
    expiresInSeconds: Number(fields[8] ?? 0),
    clientAddress: address(client),
    clientPort: parseInt(clientPort, 16),
    virtualAddress: address(virtual),
    virtualPort: parseInt(virtualPort, 16),
    serverAddress: address(server),
    serverPort: parseInt(serverPort, 16),
    origin,
  };
}

/** Eight hexadecimal digits, or an IPv6 address of eight groups. */
function address(text: string): string {
  if (!text.includes(':')) {
    const word = parseInt(text, 16) >>> 0;
    return formatAddress(fromBytes([word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255]));
  }
  const parsed = parseAddress(text);
  return parsed === undefined ? text : formatAddress(parsed);
}

/** `/proc/net/ip_vs_stats`: the figures of all services together, in hexadecimal. */
export function parseStatistics(text: string): { counters: Counters; rates: Rates } {
  const numbers = text
    .split('\n')
    .map((line) => line.trim().split(/ +/))
    .filter((fields) => fields.length === 5 && fields.every((field) => /^[0-9A-F]+$/.test(field)))
    .map((fields) => fields.map((field) => parseInt(field, 16)));
  const [counters = [], rates = []] = numbers;
  return {
    counters: {
      connections: counters[0] ?? 0,
      inPackets: counters[1] ?? 0,
      outPackets: counters[2] ?? 0,
      inBytes: counters[3] ?? 0,
      outBytes: counters[4] ?? 0,
    },
    rates: {
      connectionsPerSecond: rates[0] ?? 0,
      inPacketsPerSecond: rates[1] ?? 0,
      outPacketsPerSecond: rates[2] ?? 0,
      inBytesPerSecond: rates[3] ?? 0,
      outBytesPerSecond: rates[4] ?? 0,
    },
  };
}
