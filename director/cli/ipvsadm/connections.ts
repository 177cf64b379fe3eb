import type { ConnectionSnapshot } from '../../api/snapshot.ts';
import { formatEndpoint, type EndpointNames } from './endpoint.ts';
import type { Listing } from './format.ts';

/** `ipvsadm -L -c`, in the order of the table. */
export function formatConnections(connections: readonly ConnectionSnapshot[], { format, names }: Listing): string {
  const destination = format.persistentConnections
    ? `${'destination'.padEnd(18)} ${'pe name'.padEnd(16)} pe_data`
    : 'destination';
  const columns = ['state'.padEnd(11), 'source'.padEnd(18), 'virtual'.padEnd(18), destination];
  const rows = connections.map((connection) => formatConnection(connection, names));
  return `IPVS connection entries\npro expire ${columns.join(' ')}\n${rows.join('')}`;
}

function formatConnection(connection: ConnectionSnapshot, names: EndpointNames): string {
  const { protocol, state, expiresInSeconds } = connection;
  const at = (address: string, port: number): string => formatEndpoint({ address, port }, protocol, names);
  const twoDigits = (value: number): string => String(value).padStart(2, '0');
  const expires = `${twoDigits(Math.floor(expiresInSeconds / 60))}:${twoDigits(expiresInSeconds % 60)}`;
  const fields = [
    protocol.padEnd(3),
    expires.padEnd(6),
    state.padEnd(11),
    at(connection.clientAddress, connection.clientPort).padEnd(18),
    at(connection.virtualAddress, connection.virtualPort).padEnd(18),
    at(connection.serverAddress, connection.serverPort),
  ];
  return `${fields.join(' ')}\n`;
}
