import type { ServerKey, ServiceKey } from '../api/table.ts';

/** `10.0.0.1:80` or `[2001:db8::1]:80`. */
export function formatPlace({ address, port }: ServerKey): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** A service as people write it: `TCP 10.0.0.1:80`, `FWM 7`, `FWM 7 IPv6`. */
export function formatService({ protocol, address, port, mark }: ServiceKey): string {
  if (protocol === 'FWM') return `FWM ${mark ?? 0}${address.includes(':') ? ' IPv6' : ''}`;
  return `${protocol} ${formatPlace({ address, port })}`;
}
