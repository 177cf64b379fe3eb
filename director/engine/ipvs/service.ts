import { formatPlace } from '../../api/place.ts';
import type { ForwardingMethod, SchedulerFlag, Tunnel } from '../../api/table.ts';
import { formatAddress } from '../address.ts';
import type { Address } from '../address.ts';
import { FORWARD_DIRECT, FORWARD_LOCAL, FORWARD_MASQUERADE, FORWARD_TUNNEL } from './connection-flags.ts';
import { Statistics } from './estimator.ts';
import type { Scheduler } from './scheduler.ts';
import type { TunnelRoute } from './tunnel-routes.ts';

/** The FTP control port: a service on it also takes data connections (ip_vs_ctl.c, FTPPORT). */
export const FTP_PORT = 21;

const forwardingNumbers: Record<ForwardingMethod, number> = {
  masq: FORWARD_MASQUERADE,
  local: FORWARD_LOCAL,
  ipip: FORWARD_TUNNEL,
  gate: FORWARD_DIRECT,
};

/** A real server of one virtual service. Connection entries refer to it by `id`, also after it left the table. */
export class Destination {
  readonly id: number;
  service: VirtualService;
  readonly address: Address;
  /** 0 = the port that the client asked for. */
  readonly port: number;
  forwarding: ForwardingMethod = 'masq';
  tunnel: Tunnel | undefined;
  weight = 0;
  /** The last weight that was not 0: the Maglev table does not change when a server is quiesced. */
  lastWeight = 0;
  upperThreshold = 0;
  lowerThreshold = 0;
  /** False after it was removed: entries stay, their packets are dropped (IP_VS_DEST_CF_AVAILABLE). */
  available = true;
  /** At its upper threshold: no new connections (IP_VS_DEST_F_OVERLOAD). */
  overloaded = false;
  activeConnections = 0;
  inactiveConnections = 0;
  persistentConnections = 0;
  /** What schedulers remember of it (lblc, lblcr): it stays in the trash as long. */
  remembered = 0;
  readonly statistics = new Statistics();
  /** The way of the last packet that was tunnelled to it. */
  tunnelRoute: TunnelRoute | undefined;

  constructor(id: number, service: VirtualService, address: Address, port: number) {
    this.id = id;
    this.service = service;
    this.address = address;
    this.port = port;
  }

  /** `FORWARD_*` of connection-flags.ts. */
  get forwardingNumber(): number {
    return forwardingNumbers[this.forwarding];
  }

  get totalConnections(): number {
    return this.activeConnections + this.inactiveConnections;
  }

  /** Entries, templates and schedulers that still know it. */
  get references(): number {
    return this.totalConnections + this.persistentConnections + this.remembered;
  }

  /** May it take a new connection, by weight and threshold? */
  get eligible(): boolean {
    return this.weight > 0 && !this.overloaded;
  }

  connectionAdded(): void {
    if (this.totalConnections === this.upperThreshold) this.updateOverload('more');
  }

  connectionRemoved(): void {
    if (this.totalConnections + 1 === this.restartThreshold) this.updateOverload('fewer');
  }

  /** Below so many it takes connections again: 75 % of the upper threshold unless something else is said. */
  private get restartThreshold(): number {
    return this.lowerThreshold > 0 ? this.lowerThreshold : this.upperThreshold - (this.upperThreshold >>> 2);
  }

  /** __ip_vs_dest_update_overload: between the two thresholds the flag stays as it is. */
  updateOverload(change: 'more' | 'fewer' | 'thresholds'): void {
    const { totalConnections, upperThreshold, restartThreshold } = this;
    if (upperThreshold === 0) this.overloaded = false;
    else if (totalConnections >= (change === 'more' ? restartThreshold : upperThreshold)) this.overloaded = true;
    else if (totalConnections < (change === 'fewer' ? upperThreshold : restartThreshold)) this.overloaded = false;
  }
}

export class VirtualService {
  readonly protocol: number;
  readonly address: Address;
  readonly port: number;
  /** Firewall mark; 0 for a service by address. */
  readonly mark: number;
  /** undefined: none, then nobody is picked. */
  scheduler: Scheduler | undefined;
  schedulerFlags: ReadonlySet<SchedulerFlag> = new Set();
  /** Milliseconds; 0 = not persistent. */
  persistenceTimeout = 0;
  /** The persistence netmask, as words like an address. */
  persistenceMask: Uint32Array = ALL_ONES;
  /** As it was given. */
  maskText = '';
  onePacket = false;
  /** In the kernel's order: new ones at the head (ip_vs_ctl.c, __ip_vs_update_dest). */
  readonly destinations: Destination[] = [];
  readonly statistics = new Statistics();

  constructor(key: { protocol: number; address: Address; port: number; mark: number }) {
    this.protocol = key.protocol;
    this.address = key.address;
    this.port = key.port;
    this.mark = key.mark;
  }

  get isPersistent(): boolean {
    return this.persistenceTimeout > 0;
  }

  find(address: Address, port: number): Destination | undefined {
    return this.destinations.find(
      (one) =>
        one.port === port && one.address.family === address.family && sameWords(one.address.words, address.words),
    );
  }

  /** As a person names it. */
  get name(): string {
    if (this.mark !== 0) return `FWM ${this.mark}`;
    return `${this.protocol === 6 ? 'TCP' : 'UDP'} ${endpoint(this.address, this.port)}`;
  }
}

export const ALL_ONES = new Uint32Array(4).fill(0xffff_ffff);

export function endpoint(address: Address, port: number): string {
  return formatPlace({ address: formatAddress(address), port });
}

function sameWords(left: Uint32Array, right: Uint32Array): boolean {
  return left[3] === right[3] && left[2] === right[2] && left[1] === right[1] && left[0] === right[0];
}
