import type { DirectorConfiguration } from '../config/configuration.ts';
import { planMasquerade } from '../engine/masquerade-plan.ts';
import { errorMessage } from './errors.ts';
import type { Log } from './log.ts';
import { MasqueradeTable } from './netlink/nftables.ts';
import type { NetworkInterface } from './netlink/route.ts';

export const masqueradeTable = 'relevo_director';

/** Lets the inner network out through this director while it is master. */
export class Masquerading {
  readonly #table = new MasqueradeTable(masqueradeTable);
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  get active(): boolean {
    return this.#table.active;
  }

  /** `interfaces`: of the machine, with their addresses as they are now. */
  start({ instances, virtualServers }: DirectorConfiguration, interfaces: readonly NetworkInterface[]): void {
    const devices = [...new Set(instances.map((instance) => instance.interface))];
    const networks = interfaces
      .filter(({ name }) => devices.includes(name))
      .flatMap(({ name, addresses }) => addresses.map((address) => ({ interface: name, ...address })));
    const servers = virtualServers.flatMap(({ realServers }) => realServers.map(({ address }) => address));
    const rules = planMasquerade(servers, networks, devices);
    if (rules.length === 0) {
      this.stop();
      return;
    }
    try {
      this.#table.replace(rules);
      for (const { network, prefixLength, outInterface } of rules)
        this.#log('info', `Masquerading ${network}/${prefixLength} out of ${outInterface}`);
    } catch (error) {
      this.#table.close();
      this.#log('error', `No masquerading: ${errorMessage(error)}`);
    }
  }

  stop(): void {
    if (this.active) this.#log('info', 'Masquerading ended');
    this.#table.close();
  }
}
