import { readFileSync } from 'node:fs';
import type { EndpointNames } from './ipvsadm-format.ts';

/** Names from the texts of /etc/hosts and /etc/services; whatever has none stays a number. */
export function parseEndpointNames(hosts: string, services: string): EndpointNames {
  const hostNames = new Map<string, string>();
  for (const [address, name] of fields(hosts))
    if (address !== undefined && name !== undefined && !hostNames.has(address)) hostNames.set(address, name);
  const portNames = new Map<string, string>();
  for (const [name, port] of fields(services))
    if (name !== undefined && port !== undefined && !portNames.has(port)) portNames.set(port, name);
  return {
    host: (address) => hostNames.get(address) ?? address,
    port: (port, protocol) => portNames.get(`${port}/${protocol.toLowerCase()}`) ?? String(port),
  };
}

function fields(text: string): string[][] {
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim().split(/\s+/))
    .filter(([first]) => first !== undefined && first !== '');
}

/** The names that this node knows. */
export function readEndpointNames(): EndpointNames {
  return parseEndpointNames(readOrEmpty('/etc/hosts'), readOrEmpty('/etc/services'));
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // A node without the file has no names.
    return '';
  }
}
