import { addressNumber, addressText, contains, networkAddress, parseCidr } from '../../ipv4.ts';

const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const addressPattern = new RegExp(`^${octet}(?:\\.${octet}){3}$`);
const urlPattern = new RegExp(`^(https?://)(${octet}(?:\\.${octet}){3})(?=[:/]|$)`);

export function isAddress(text: string): boolean {
  return addressPattern.test(text);
}

/** The network of an address, as 10.0.100.0/24; undefined when one of the two is none. */
export function networkOf(address: string, mask: string): string | undefined {
  if (!isAddress(address) || !isAddress(mask)) return undefined;
  const hosts = 2 ** 32 - addressNumber(mask);
  const prefixLength = 32 - Math.log2(hosts);
  return Number.isInteger(prefixLength) ? properCidr(`${address}/${prefixLength}`) : undefined;
}

/** With the network's own address; undefined for what is no network. */
export function properCidr(text: string): string | undefined {
  const [address = '', prefixLength = ''] = text.split('/');
  if (!isAddress(address) || !/^([1-9]|[12]\d|3[0-2])$/.test(prefixLength)) return undefined;
  return `${networkAddress(text)}/${prefixLength}`;
}

/** The same host in another network; an address that is outside the old one, or inside both, stays. */
export function moved(address: string, from: string, to: string): string {
  if (!contains(from, address)) return address;
  if (from !== to && parseCidr(from).prefixLength !== parseCidr(to).prefixLength && contains(to, address))
    return address;
  return addressText(parseCidr(to).base + addressNumber(address) - parseCidr(from).base);
}

/** Texts for people, and what is no address of the lab. */
const untouched = new Set(['title', 'description', 'source', 'files', 'differences', 'cidr', 'content']);

/** Every address in the value, also in URLs, as the function says; all at once, so that two may be exchanged. */
export function mapAddresses<T>(value: T, change: (address: string) => string): T {
  return mapped(value, change) as T;
}

function mapped(value: unknown, change: (address: string) => string): unknown {
  if (typeof value === 'string') {
    if (isAddress(value)) return change(value);
    return value.replace(urlPattern, (_, scheme: string, address: string) => scheme + change(address));
  }
  if (Array.isArray(value)) return value.map((item) => mapped(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, untouched.has(key) ? inner : mapped(inner, change)]),
  );
}
