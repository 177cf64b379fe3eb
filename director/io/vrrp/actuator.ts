import { assertNever } from '../../engine/assert-never.ts';
import type { VrrpAction } from '../../engine/vrrp/action.ts';
import type { VirtualAddress } from '../../engine/vrrp/configuration.ts';
import type { DirectorEvent } from '../../api/event.ts';
import { epochNow } from '../clock.ts';
import { AdvertSocket } from './advert-socket.ts';
import { ArpSocket } from './arp-socket.ts';
import type { Interfaces } from './interfaces.ts';

type Report = (event: DirectorEvent) => void;

/** Carries out what the VRRP engine decides, and reports each thing done with the time it was done. */
export class Actuator {
  readonly #interfaces: Interfaces;
  readonly #report: Report;
  readonly #onState: () => void;
  readonly #sockets = new Map<string, { socket: AdvertSocket; index: number; source: string }>();
  readonly #arp = new ArpSocket();
  /** Addresses that were there before us are not ours to remove. */
  readonly #foreign = new Set<string>();

  /** `onState` is called when instances have changed their state and before their addresses are added. */
  constructor(interfaces: Interfaces, report: Report, onState: () => void) {
    this.#interfaces = interfaces;
    this.#report = report;
    this.#onState = onState;
  }

  get sockets(): { device: string; socket: AdvertSocket }[] {
    return [...this.#sockets].map(([device, { socket }]) => ({ device, socket }));
  }

  /** Makes sure that there is a socket on the device that speaks from this address. */
  open(device: string, source: string): void {
    const index = this.#interfaces.get(device)?.index;
    if (index === undefined) return;
    const present = this.#sockets.get(device);
    // An interface that was removed and made again has another index, and the old socket is bound to nothing.
    if (present && present.index !== index) this.closeSocket(device);
    const kept = this.#sockets.get(device);
    if (!kept) this.#sockets.set(device, { socket: new AdvertSocket(device, index, source), index, source });
    else if (kept.source !== source) {
      kept.socket.setSource(source);
      this.#sockets.set(device, { ...kept, source });
    }
  }

  closeSocket(device: string): void {
    this.#sockets.get(device)?.socket.close();
    this.#sockets.delete(device);
  }

  close(): void {
    for (const device of [...this.#sockets.keys()]) this.closeSocket(device);
    this.#arp.close();
  }

  perform(actions: readonly VrrpAction[]): void {
    // All states of one decision are told together, in front of the first address.
    let told = !actions.some(({ type }) => type === 'state');
    for (const action of actions) {
      if (!told && (action.type === 'add-addresses' || action.type === 'gratuitous-arp')) {
        this.#onState();
        told = true;
      }
      try {
        this.#one(action);
      } catch (error) {
        // A link that is going down refuses packets; the engine hears of it through the link's state.
        this.#log('warn', `${action.type} failed: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    if (!told) this.#onState();
  }

  #one(action: VrrpAction): void {
    switch (action.type) {
      case 'send-advert':
        this.#sendAdvert(action);
        break;
      case 'state': {
        const { instance, vrid, from, to, reason } = action;
        this.#report({ type: 'vrrp-state', at: epochNow(), instance, vrid, from, to, reason });
        break;
      }
      case 'add-addresses':
        for (const address of action.addresses) this.#add(address);
        break;
      case 'remove-addresses':
        for (const address of action.addresses) this.#remove(address);
        break;
      case 'gratuitous-arp':
        for (const address of action.addresses) this.#announce(address, action.repeat);
        break;
      case 'log':
        this.#log(action.level, action.message);
        break;
      default:
        assertNever(action);
    }
  }

  #sendAdvert({ instance, interface: device, priority, packet }: Extract<VrrpAction, { type: 'send-advert' }>): void {
    const entry = this.#sockets.get(device);
    if (!entry) return;
    entry.socket.send(packet);
    const { source } = entry;
    this.#report({ type: 'advert', at: epochNow(), instance, direction: 'sent', priority, source });
  }

  #add(address: VirtualAddress): void {
    if (this.#interfaces.add(address)) {
      this.#foreign.delete(keyOf(address));
      this.#report({
        type: 'address',
        at: epochNow(),
        action: 'added',
        address: address.address,
        interface: address.interface,
      });
    } else {
      this.#foreign.add(keyOf(address));
      this.#log(
        'warn',
        `${address.address} was on ${address.interface} already: it is used, and stays there afterwards`,
      );
    }
  }

  #remove(address: VirtualAddress): void {
    if (this.#foreign.has(keyOf(address)) || !this.#interfaces.remove(address)) return;
    this.#report({
      type: 'address',
      at: epochNow(),
      action: 'removed',
      address: address.address,
      interface: address.interface,
    });
  }

  #announce({ address, interface: device }: VirtualAddress, repeat: number): void {
    const entry = this.#interfaces.get(device);
    if (!entry) return;
    this.#arp.announce(entry.index, entry.hardwareAddress, address, repeat);
    this.#report({ type: 'gratuitous-arp', at: epochNow(), address, interface: device });
  }

  #log(level: 'info' | 'warn', message: string): void {
    this.#report({ type: 'log', at: epochNow(), level, message });
  }
}

function keyOf({ address, interface: device }: VirtualAddress): string {
  return `${address} ${device}`;
}
