import { addressesOf, type VirtualAddress, type VrrpInstanceConfiguration } from '../engine/vrrp/configuration.ts';
import { RouteSocket, type NetworkInterface } from './netlink/route.ts';

/** The addresses that this machine answers for: its own, and the virtual ones that it holds now. */
export class LocalAddresses {
  held: readonly string[] = [];
  interfaces: readonly NetworkInterface[] = [];
  #own: readonly string[] = [];
  /** Virtual addresses that were on the machine before we put them there. */
  readonly #foreign = new Set<string>();
  readonly #ours = new Set<string>();

  get all(): string[] {
    return [...new Set([...this.#own, ...this.held])];
  }

  /** Interfaces that carry an address, without the loopback. */
  get names(): string[] {
    return this.interfaces
      .filter(({ name, addresses }) => name !== 'lo' && addresses.length > 0)
      .map(({ name }) => name);
  }

  /** Looks at the interfaces; to be called before the instances' addresses are added. */
  refresh(instances: readonly VrrpInstanceConfiguration[]): void {
    this.interfaces = readInterfaces();
    const present = new Set(
      this.interfaces.flatMap((entry) => addressesOn(entry).map((address) => `${address} ${entry.name}`)),
    );
    for (const address of instances.flatMap(addressesOf)) {
      const key = `${address.address} ${address.interface}`;
      if (present.has(key) && !this.#ours.has(key)) this.#foreign.add(key);
      else this.#ours.add(key);
    }
    const virtual = new Set([...this.#ours].map((key) => key.split(' ')[0]));
    this.#own = this.interfaces.flatMap(addressesOn).filter((address) => !virtual.has(address));
  }

  /** The virtual addresses that are ours to remove. */
  recordable(instances: readonly VrrpInstanceConfiguration[]): VirtualAddress[] {
    return instances
      .flatMap(addressesOf)
      .filter((address) => !this.#foreign.has(`${address.address} ${address.interface}`));
  }
}

/** Of both families. */
function addressesOn({ addresses, ipv6Addresses }: NetworkInterface): string[] {
  return [...addresses, ...ipv6Addresses].map(({ address }) => address);
}

function readInterfaces(): NetworkInterface[] {
  const route = new RouteSocket();
  try {
    return route.interfaces();
  } finally {
    route.close();
  }
}
