/** Arithmetic on IPv4 addresses in text form. Callers pass text that the schema has accepted. */

export interface Cidr {
  /** Network address as a number. */
  readonly base: number;
  readonly prefixLength: number;
}

export function addressNumber(address: string): number {
  return address.split('.').reduce((number, octet) => number * 256 + Number(octet), 0);
}

export function addressText(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}

export function parseCidr(cidr: string): Cidr {
  const [address = '', prefixLength = '32'] = cidr.split('/');
  const length = Number(prefixLength);
  const size = 2 ** (32 - length);
  return { base: Math.floor(addressNumber(address) / size) * size, prefixLength: length };
}

export function networkSize({ prefixLength }: Cidr): number {
  return 2 ** (32 - prefixLength);
}

export function networkAddress(cidr: string): string {
  return addressText(parseCidr(cidr).base);
}

export function broadcastAddress(cidr: string): string {
  const parsed = parseCidr(cidr);
  return addressText(parsed.base + networkSize(parsed) - 1);
}

export function contains(cidr: string, address: string): boolean {
  const parsed = parseCidr(cidr);
  const offset = addressNumber(address) - parsed.base;
  return offset >= 0 && offset < networkSize(parsed);
}

/** Whether the address can be a host's: inside the network, and neither its own address nor its broadcast address. */
export function isHostAddress(cidr: string, address: string): boolean {
  return contains(cidr, address) && address !== networkAddress(cidr) && address !== broadcastAddress(cidr);
}

export function overlap(one: string, other: string): boolean {
  return contains(one, networkAddress(other)) || contains(other, networkAddress(one));
}

export function netmask(prefixLength: number): string {
  return addressText(2 ** 32 - 2 ** (32 - prefixLength));
}
