/** How endpoints are written: as numbers, or by the names that the machine knows. */
export interface EndpointNames {
  host(address: string): string;
  port(port: number, protocol: string): string;
}

export const numericNames: EndpointNames = { host: (address) => address, port: (port) => String(port) };

/** ipvsadm's buffer for an endpoint, without the end of the string. */
const LONGEST = 59;

/** `address:port`, an IPv6 address in brackets. `protocol`: of the service; what is neither TCP nor UDP has no port names. */
export function formatEndpoint(
  { address, port }: { readonly address: string; readonly port: number },
  protocol: string,
  names: EndpointNames,
): string {
  const host = names.host(address);
  const text = address.includes(':') ? `[${host}]` : host;
  return `${text}:${names.port(port, protocol)}`.slice(0, LONGEST);
}
