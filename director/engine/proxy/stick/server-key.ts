import type { ServerRuntime } from '../runtime/server-runtime.ts';

/** A server by where it is (`srvkey addr`): `192.0.2.1:80`, `[2001:db8::1]:80` or a path. */
export function addressKey({ settings, address, port }: ServerRuntime): string {
  const { endpoint } = settings;
  if (endpoint.kind === 'unix') return endpoint.abstract ? `abns@${endpoint.path}` : endpoint.path;
  const host = address ?? endpoint.host;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
