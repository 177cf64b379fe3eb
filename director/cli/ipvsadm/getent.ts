import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import type { HostNames, LaterHostNames } from '../../config/host-names.ts';
import type { EndpointNames } from './endpoint.ts';
import type { NameResolver } from './values.ts';

const run = promisify(execFile);

/** How long name servers may take before addresses are printed as numbers. */
const PATIENCE_MS = 30_000;

/** Names as the C library has them, from /etc/hosts, DNS or whatever nsswitch.conf(5) says: getent(1) asks it. */
export const systemResolver: NameResolver & HostNames = {
  hostAddress: (name: string, family: 4 | 6 = 4) => {
    return addressIn(getent([`ahostsv${family}`, name]), family);
  },
  servicePort: (name: string, protocol: 'TCP' | 'UDP') =>
    portIn(getent(['services', `${name}/${protocol.toLowerCase()}`])),
};

/** The same without waiting. */
export const laterResolver: LaterHostNames = {
  hostAddress: async (name, family) => addressIn(await list([`ahostsv${family}`, '--', name]), family),
  servicePort: async (name, protocol) => portIn(await list(['services', '--', `${name}/${protocol.toLowerCase()}`])),
};

/** getent writes IPv4 addresses with `::ffff:` when a name has no other. */
function addressIn(printed: string, family: 4 | 6): string | undefined {
  const address = firstWord(printed);
  return family === 6 && address?.startsWith('::ffff:') ? undefined : address;
}

function portIn(printed: string): number | undefined {
  const match = /^\S+\s+(\d+)\//.exec(printed);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

function getent(parameters: readonly string[]): string {
  try {
    return execFileSync('getent', ['--', ...parameters], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: PATIENCE_MS,
    });
  } catch {
    // Exit code 2: there is no such name.
    return '';
  }
}

function firstWord(text: string): string | undefined {
  return /^\S+/.exec(text)?.[0];
}

/** The names of these addresses, and of all ports. */
export async function systemNames(addresses: readonly string[]): Promise<EndpointNames> {
  const [hosts, services] = await Promise.all([
    addresses.length === 0 ? '' : list(['hosts', ...addresses]),
    list(['services']),
  ]);
  return parseEndpointNames(hosts, services);
}

async function list(parameters: readonly string[]): Promise<string> {
  try {
    return (await run('getent', [...parameters], { timeout: PATIENCE_MS })).stdout;
  } catch (error) {
    // One address without a name makes it end with 2, after it has printed the others.
    return error instanceof Error && 'stdout' in error ? String(error.stdout) : '';
  }
}

/** From what `getent hosts` and `getent services` print; whatever has no name stays a number. */
export function parseEndpointNames(hosts: string, services: string): EndpointNames {
  const hostNames = firstOfEach(fields(hosts).map(([address = '', name = '']) => [address, name]));
  const portNames = firstOfEach(fields(services).map(([name = '', port = '']) => [port, name]));
  return {
    host: (address) => hostNames.get(address) ?? address,
    port: (port, protocol) => portNames.get(`${port}/${protocol.toLowerCase()}`) ?? String(port),
  };
}

function firstOfEach(pairs: readonly (readonly [string, string])[]): Map<string, string> {
  return new Map([...pairs].reverse().filter(([, name]) => name !== ''));
}

function fields(text: string): string[][] {
  return text.split('\n').map((line) => line.trim().split(/\s+/));
}
