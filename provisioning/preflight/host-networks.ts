import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { overlap, networkAddress, parseCidr } from '../../testbeds/ipv4.ts';
import { run } from '../process/run.ts';
import type { HostNetwork } from './facts.ts';

const LIMIT_MS = 20_000;
/** Of a default route, and of the halves and quarters that a VPN makes of it. */
const WIDEST = 4;
/** Ways that every computer has, and no lab takes. */
const everywhere = ['127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3'];

/** What this computer calls its own or knows a way to. Never rejects: what cannot be found out is left out. */
export async function hostNetworks(): Promise<HostNetwork[]> {
  const own = Object.entries(networkInterfaces()).flatMap(([device, addresses = []]) =>
    addresses.flatMap(({ family, internal, cidr }) =>
      family === 'IPv4' && !internal && cidr !== null ? [{ device, cidr }] : [],
    ),
  );
  const routes = await hostRoutes().catch(() => []);
  return [...own, ...routes.filter((route) => !own.some((one) => isSame(one, route)))];
}

function isSame(one: HostNetwork, other: HostNetwork): boolean {
  const [a, b] = [parseCidr(one.cidr), parseCidr(other.cidr)];
  return one.device === other.device && a.base === b.base && a.prefixLength === b.prefixLength;
}

async function hostRoutes(): Promise<HostNetwork[]> {
  switch (process.platform) {
    case 'linux':
      return worthAvoiding(linuxRoutes(await readFile('/proc/net/route', 'utf8')));
    case 'win32': {
      const query =
        'Get-NetRoute -AddressFamily IPv4 | ForEach-Object { "$($_.InterfaceAlias)`t$($_.DestinationPrefix)" }';
      return worthAvoiding(
        windowsRoutes(await run('powershell', ['-NoProfile', '-Command', query], { timeoutMs: LIMIT_MS })),
      );
    }
    case 'darwin':
      return worthAvoiding(macRoutes(await run('netstat', ['-rn', '-f', 'inet'], { timeoutMs: LIMIT_MS })));
    default:
      return [];
  }
}

/** Exported for their tests, as the parsers are. */
export function worthAvoiding(routes: readonly HostNetwork[]): HostNetwork[] {
  return routes.filter(
    ({ cidr }) => parseCidr(cidr).prefixLength >= WIDEST && !everywhere.some((range) => overlap(range, cidr)),
  );
}

/** /proc/net/route: addresses and masks as hexadecimal numbers in the processor's order of octets. */
export function linuxRoutes(text: string): HostNetwork[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [device, destination, , , , , , mask] = line.trim().split(/\s+/);
      if (device === undefined || destination === undefined || mask === undefined) return [];
      const octets = (hex: string): number[] =>
        (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)).reverse();
      const prefixLength = octets(mask).reduce((sum, octet) => sum + octet.toString(2).replaceAll('0', '').length, 0);
      return [{ device, cidr: `${octets(destination).join('.')}/${String(prefixLength)}` }];
    });
}

/** One route a line: the interface's name, a tab, the destination. */
export function windowsRoutes(text: string): HostNetwork[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [device = '', cidr = ''] = line.trim().split('\t');
    return /^[\d.]+\/\d+$/.test(cidr) ? [{ device, cidr }] : [];
  });
}

/** netstat leaves out octets that are zero, and the length where it is that of the octets left: "10", "192.168.1", "172.16/12". */
export function macRoutes(text: string): HostNetwork[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const [destination = ''] = fields;
    if (!/^\d{1,3}(\.\d{1,3}){0,3}(\/\d+)?$/.test(destination) || fields.length < 4) return [];
    const [octets = '', length] = destination.split('/');
    const given = octets.split('.');
    const address = [...given, '0', '0', '0'].slice(0, 4).join('.');
    const cidr = `${address}/${length ?? String(given.length * 8)}`;
    return [{ device: fields[3] ?? '', cidr: `${networkAddress(cidr)}/${cidr.split('/')[1] ?? ''}` }];
  });
}
