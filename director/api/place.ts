/** An address and a port as people write them: `10.0.0.1:80` or `[2001:db8::1]:80`. */
export function formatPlace({ address, port }: { readonly address: string; readonly port: number }): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
