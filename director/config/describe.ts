import { formatPlace } from '../api/place.ts';
import type { RealServerConfiguration, VirtualServerConfiguration } from '../engine/checks/configuration.ts';

/** How messages name the parts of a configuration. */
export function describeService({
  protocol,
  address,
  port,
  mark,
}: Pick<VirtualServerConfiguration, 'protocol' | 'address' | 'port' | 'mark'>): string {
  if (mark !== undefined) return `virtual server of mark ${mark}${address.includes(':') ? ' (IPv6)' : ''}`;
  return `virtual server ${protocol} ${endpoint(address, port)}`;
}

export function describeServer({ address, port }: Pick<RealServerConfiguration, 'address' | 'port'>): string {
  return `real server ${endpoint(address, port)}`;
}

/** `10.0.0.1:80` or `[2001:db8::1]:80` */
export function endpoint(address: string, port: number): string {
  return formatPlace({ address, port });
}
