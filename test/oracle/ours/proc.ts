import type { ConnectionSnapshot, TableSnapshot, VirtualServiceSnapshot } from '../../../director/api/snapshot.ts';
import { addressBytes } from '../cases/packets.ts';

const kernelTicks = 250;
const forwarding = { masq: 'Masq', gate: 'Route', ipip: 'Tunnel', local: 'Local' } as const;

/** The rows of /proc/net/ip_vs (net/netfilter/ipvs/ip_vs_ctl.c), as the kernel would write our table. */
export function procServices({ services }: TableSnapshot): string {
  return services.map((service) => `${serviceRow(service)}\n${serverRows(service).join('')}`).join('');
}

/** Only IPv4 services and marks have a place for `ops`; IPv6 services'  prefix length is printed as if it were an address. */
function serviceRow(service: VirtualServiceSnapshot): string {
  const { protocol, address, port, mark, scheduler, persistence, onePacket } = service;
  const ops = onePacket ? 'ops ' : '';
  const name = protocol === 'FWM' ? hexadecimal(mark ?? 0, 8) : endpoint(address, port);
  const isIpv6 = protocol !== 'FWM' && address.includes(':');
  const places = `${scheduler} ${isIpv6 ? '' : ops}${isIpv6 || protocol === 'FWM' ? '' : ' '}`;
  const tail =
    persistence === undefined ? '' : `persistent ${persistence.timeoutSeconds * kernelTicks} ${mask(persistence.mask)}`;
  return `${protocol}  ${name} ${places}${tail}`;
}

function serverRows({ realServers }: VirtualServiceSnapshot): string[] {
  const ordered = [...realServers].sort((left, right) => left.order - right.order);
  return ordered.map((server) => {
    const counts = [server.weight, server.activeConnections, server.inactiveConnections];
    const [weight, active, inactive] = counts.map(String);
    const columns = `${(weight ?? '').padEnd(6)} ${(active ?? '').padEnd(10)} ${(inactive ?? '').padEnd(10)}`;
    return `  -> ${endpoint(server.address, server.port)}      ${forwarding[server.forwarding].padEnd(7)} ${columns}\n`;
  });
}

/** The rows of /proc/net/ip_vs_conn (ip_vs_conn.c). */
export function procConnections(connections: readonly ConnectionSnapshot[]): string {
  const rows = connections.map((one) => {
    const ends = [
      `${unbracketed(one.clientAddress)} ${hexadecimal(one.clientPort, 4)}`,
      `${unbracketed(one.virtualAddress)} ${hexadecimal(one.virtualPort, 4)}`,
      `${unbracketed(one.serverAddress)} ${hexadecimal(one.serverPort, 4)}`,
    ];
    const state = `${one.state.padEnd(11)} ${String(one.expiresInSeconds).padStart(7)}`;
    return `${one.protocol.padEnd(3)} ${ends.join(' ')} ${state}\n`;
  });
  return rows.join('');
}

const hexadecimal = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0');
const endpoint = (address: string, port: number): string => `${bare(address)}:${hexadecimal(port, 4)}`;

/** IPv4 as one number, IPv6 in brackets and in full. */
function bare(address: string): string {
  const bytes = Buffer.from(addressBytes(address)).toString('hex');
  return bytes.length === 8 ? bytes.toUpperCase() : `[${(bytes.match(/.{4}/g) ?? []).join(':')}]`;
}

const unbracketed = (address: string): string => bare(address).replace(/[[\]]/g, '');

const mask = (text: string): string => (text.includes('.') ? bare(text) : hexadecimal(Number(text) * 2 ** 24, 8));
