import { addressNumber } from './ipv4.ts';
import type { RawTestbed } from './schema.ts';

/** VirtualBox's own prefix, which the document's addresses have too. */
const vendorPrefix = '08:00:27';

/**
 * A MAC address for every interface (`node/interface` → address), the same at every start: the one in the file, or the vendor
 * prefix and the last three octets of the interface's IPv4 address, counted up until it is free.
 */
export function assignMacs(nodes: RawTestbed['nodes']): Map<string, string> {
  const interfaces = Object.entries(nodes).flatMap(([node, { interfaces: entries }]) =>
    entries.map((entry) => ({ key: `${node}/${entry.name}`, entry })),
  );
  const macs = new Map<string, string>();
  for (const { key, entry } of interfaces) if (entry.mac !== undefined) macs.set(key, entry.mac.toLowerCase());
  const taken = new Set(macs.values());
  for (const { key, entry } of interfaces) {
    if (macs.has(key)) continue;
    const mac = firstFree(addressNumber('static' in entry.address ? entry.address.static : entry.address.dhcp), taken);
    taken.add(mac);
    macs.set(key, mac);
  }
  return new Map(interfaces.map(({ key }) => [key, macs.get(key) ?? '']));
}

function firstFree(number: number, taken: ReadonlySet<string>): string {
  const mac = macText(number);
  return taken.has(mac) ? firstFree(number + 1, taken) : mac;
}

function macText(number: number): string {
  const octets = [16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256);
  return [vendorPrefix, ...octets.map((octet) => octet.toString(16).padStart(2, '0'))].join(':');
}
