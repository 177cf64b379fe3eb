import { formatAddress, parseAddress, type Address, type Family } from '../../../director/engine/address.ts';
import type { Hop, Paths } from '../../../director/engine/ipvs/decision.ts';
import { gateways, ports, serverAddress, serverCount, serverMac, type Port } from '../guest/network.ts';

/** As an output is written down. */
export interface TestHop extends Hop {
  readonly port: Port | 'local';
  readonly to: string;
}

const mtu = 1500;

/** The guest's routes and neighbours. */
export class GuestPaths implements Paths<TestHop> {
  readonly local: TestHop = { mtu: 65536, isLocal: true, source: new Uint32Array(4), port: 'local', to: 'local' };
  readonly #servers = new Map<string, TestHop>();
  readonly #clients: Readonly<Record<Family, TestHop>>;

  constructor() {
    for (let index = 1; index <= serverCount; index++) {
      for (const family of [4, 6] as const) {
        const address = address6Or4(serverAddress(index, family));
        this.#servers.set(formatAddress(address), hop('eth1', serverMac(index), family));
      }
    }
    this.#clients = { 4: hop('eth0', gateways.eth0.mac, 4), 6: hop('eth0', gateways.eth0.mac, 6) };
  }

  find(family: Family, words: Uint32Array, at: number): TestHop | undefined {
    const address = formatAddress({ family, words: words.slice(at, at + 4) });
    if (isGuests(address)) return this.local;
    if (/^10\.\d+\.|^fd00:1:/.test(address)) return this.#clients[family];
    return this.#servers.get(address);
  }

  isLocal(family: Family, words: Uint32Array, at: number): boolean {
    return isGuests(formatAddress({ family, words: words.slice(at, at + 4) }));
  }
}

function hop(port: Port, to: string, family: Family): TestHop {
  const { address, address6 } = ports[port];
  return { mtu, isLocal: false, source: address6Or4(family === 4 ? address : address6).words, port, to };
}

function address6Or4(text: string): Address {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`${text} is no address.`);
  return address;
}

/** Virtual addresses and the two of the ports. */
export function isGuests(address: string): boolean {
  const [, second] = address.split('.').map(Number);
  if (address.startsWith('10.') && second !== undefined && second >= 128 && second < 192) return true;
  if (address.startsWith('fd00:80:')) return true;
  return Object.values(ports).some((port) => port.address === address || port.address6 === address);
}
