/** IPv4 addresses of a node's interfaces, as its kernel has them; kept up to date from `ip monitor`. */
export type InterfaceAddresses = ReadonlyMap<string, readonly string[]>;

/** First what is there, then every change; the order makes sure that nothing falls between the two. */
export const addressCommand = 'ip -4 -o monitor address & ip -4 -o address show; wait';

const LINE = /^(Deleted )?\d+: ([^\s@]+)(?:@\S+)?\s+inet ([\d.]+)/;

/** The addresses after one line of `ip -o`; the same object when the line changes nothing. */
export function foldAddressLine(addresses: InterfaceAddresses, line: string): InterfaceAddresses {
  const [, deleted, device, address] = LINE.exec(line) ?? [];
  if (device === undefined || address === undefined) return addresses;
  const present = addresses.get(device) ?? [];
  if (present.includes(address) === (deleted === undefined)) return addresses;
  const next = deleted === undefined ? [...present, address] : present.filter((other) => other !== address);
  return new Map([...addresses, [device, next]]);
}
