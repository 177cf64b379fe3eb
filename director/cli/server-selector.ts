import type { ServerKey, ServiceKey } from '../api/table.ts';
import { formatAddress, parseAddress } from '../engine/address.ts';
import { DirectorError } from '../io/errors.ts';
import { systemResolver } from './ipvsadm/getent.ts';
import { parseEndpoint, parseNumber, type NameResolver } from './ipvsadm/values.ts';

/** `[tcp/|udp/]ADDRESS:PORT`, `fwm/MARK` or `fwm6/MARK`. Throws DirectorError `bad-service`. */
export function parseServiceName(text: string, names: NameResolver = systemResolver): ServiceKey {
  const [, kind = 'tcp', rest = ''] = /^(?:(tcp|udp|fwm6?)[/:])?(.*)$/i.exec(text) ?? [];
  const word = kind.toLowerCase();
  if (word.startsWith('fwm')) {
    const mark = parseNumber(rest, 1, 0xffff_ffff);
    if (mark !== undefined) return { protocol: 'FWM', address: word === 'fwm6' ? '::' : '0.0.0.0', port: 0, mark };
  } else {
    const protocol = word === 'udp' ? 'UDP' : 'TCP';
    const parsed = parseEndpoint(rest, protocol, names);
    if (parsed?.port !== undefined) return { protocol, address: canonical(parsed.address), port: parsed.port };
  }
  throw new DirectorError('bad-service', `"${text}" is not a service: tcp/ADDRESS:PORT, udp/ADDRESS:PORT or fwm/MARK`);
}

/** The port of a server that names none is the service's. Throws DirectorError `bad-server`. */
export function parseServerName(text: string, service: ServiceKey, names: NameResolver = systemResolver): ServerKey {
  const protocol = service.protocol === 'UDP' ? 'UDP' : 'TCP';
  const parsed = parseEndpoint(text, protocol, names);
  if (parsed === undefined) throw new DirectorError('bad-server', `"${text}" is not a server: ADDRESS or ADDRESS:PORT`);
  return { address: canonical(parsed.address), port: parsed.port ?? service.port };
}

function canonical(address: string): string {
  const parsed = parseAddress(address);
  return parsed === undefined ? address : formatAddress(parsed);
}
