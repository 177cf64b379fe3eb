import type { RealServerSnapshot } from '../../api/snapshot.ts';
import type { Tunnel } from '../../api/table.ts';

const plain: Tunnel = { type: 'ipip', port: 0, checksum: 'none' };
const marks = { none: '-c', checksum: '+c', 'remote-checksum': 'r+c' } as const;
const options = { none: '--tun-nocsum', checksum: '--tun-csum', 'remote-checksum': '--tun-remcsum' } as const;

type Tunnelled = Pick<RealServerSnapshot, 'forwarding' | 'tunnel'>;

/** As `--tun-info` shows it; undefined for a server that is not reached by a tunnel. ipvsadm's buffer holds 15 letters. */
export function formatTunnel({ forwarding, tunnel }: Tunnelled): string | undefined {
  if (forwarding !== 'ipip') return undefined;
  const { type, port, checksum } = tunnel ?? plain;
  if (type === 'ipip') return type;
  return (type === 'gue' ? `${type}:${port}:${marks[checksum]}` : `${type}:${marks[checksum]}`).slice(0, 15);
}

/** The options that would set it, with a blank before them. */
export function tunnelRule({ forwarding, tunnel }: Tunnelled): string {
  if (forwarding !== 'ipip') return '';
  const { type, port, checksum } = tunnel ?? plain;
  if (type === 'ipip') return ' --tun-type ipip';
  return ` --tun-type ${type}${type === 'gue' ? ` --tun-port ${port}` : ''} ${options[checksum]}`;
}
