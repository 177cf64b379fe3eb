import { assertNever } from '../../engine/assert-never.ts';
import type { VrrpAction } from '../../engine/vrrp/action.ts';
import type { VirtualAddress } from '../../engine/vrrp/configuration.ts';
import type { DirectorEvent } from '../../api/event.ts';
import { epochNow } from '../clock.ts';
import { AdvertSockets } from './advert-sockets.ts';
import type { Interfaces } from './interfaces.ts';
import type { VrrpMessage } from './messages.ts';
import { NeighbourSocket } from './neighbour-socket.ts';

type Notice = Extract<VrrpMessage, { type: 'notify' }>;

export interface ActuatorListener {
  event(event: DirectorEvent): void;
  /** Programs are to be run; they are not our thread's business. */
  notify(notice: Notice): void;
  /** Instances have changed their state, and their addresses are not there yet. */
  state(): void;
}

/** Carries out what the VRRP engine decides, and reports each thing done with the time it was done. */
export class Actuator {
  readonly sockets = new AdvertSockets();
  readonly #interfaces: Interfaces;
  readonly #listener: ActuatorListener;
  readonly #neighbours = new NeighbourSocket();
  /** Addresses that were there before us are not ours to remove. */
  readonly #foreign = new Set<string>();

  constructor(interfaces: Interfaces, listener: ActuatorListener) {
    this.#interfaces = interfaces;
    this.#listener = listener;
  }

  close(): void {
    this.sockets.close();
    this.#neighbours.close();
  }

  perform(actions: readonly VrrpAction[]): void {
    // All states of one decision are told together, in front of the first address.
    let told = !actions.some(({ type }) => type === 'state');
    for (const action of actions) {
      if (!told && (action.type === 'add-addresses' || action.type === 'gratuitous-arp')) {
        this.#listener.state();
        told = true;
      }
      try {
        this.#one(action);
      } catch (error) {
        // A link that is going down refuses packets; the engine hears of it through the link's state.
        this.#log('warn', `${action.type} failed: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    if (!told) this.#listener.state();
  }

  #one(action: VrrpAction): void {
    switch (action.type) {
      case 'send-advert':
        this.#sendAdvert(action);
        break;
      case 'state': {
        const { instance, vrid, from, to, reason } = action;
        this.#listener.event({ type: 'vrrp-state', at: epochNow(), instance, vrid, from, to, reason });
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
      case 'second-master': {
        const { instance, address, priority, ownPriority } = action;
        this.#listener.event({ type: 'second-master', at: epochNow(), instance, address, priority, ownPriority });
        break;
      }
      case 'script': {
        const { name, up, reason } = action;
        this.#listener.event({ type: 'script', at: epochNow(), name, up, reason });
        break;
      }
      case 'link': {
        const { device, up, reason } = action;
        this.#listener.event({ type: 'link', at: epochNow(), interface: device, up, reason });
        break;
      }
      case 'notify':
        this.#listener.notify(action);
        break;
      case 'log':
        this.#log(action.level, action.message);
        break;
      default:
        assertNever(action);
    }
  }

  #sendAdvert(advert: Extract<VrrpAction, { type: 'send-advert' }>): void {
    if (!this.sockets.send(advert)) return;
    const { instance, priority, source } = advert;
    this.#listener.event({ type: 'advert', at: epochNow(), instance, direction: 'sent', priority, source });
  }

  #add(address: VirtualAddress): void {
    if (this.#interfaces.add(address)) {
      this.#foreign.delete(keyOf(address));
      this.#listener.event({
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
    this.#listener.event({
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
    this.#neighbours.announce(entry, address, repeat);
    this.#listener.event({ type: 'gratuitous-arp', at: epochNow(), address, interface: device });
  }

  #log(level: 'info' | 'warn', message: string): void {
    this.#listener.event({ type: 'log', at: epochNow(), level, message });
  }
}

function keyOf({ address, interface: device }: VirtualAddress): string {
  return `${address} ${device}`;
}
