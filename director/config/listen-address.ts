export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** `ADDRESS:PORT`, `[IPv6]:PORT`, or a port of 127.0.0.1; undefined for anything else. */
export function readListenAddress(text: string): ListenAddress | undefined {
  const [, bracketed, plain, port = ''] = /^(?:\[([^\]]+)\]:|([^:]+):)?(\d{1,5})$/.exec(text) ?? [];
  if (port === '' || Number(port) > 65_535) return undefined;
  return { host: bracketed ?? plain ?? '127.0.0.1', port: Number(port) };
}
