import type { Log } from '../log.ts';
import type { Endpoint } from './answering-servers.ts';
import { loadRules, loadRulesNow } from './nft.ts';
import { interfaceRules, removal, serviceRules } from './rules.ts';

/** Keeps the kernel's rules equal to what is wanted, one transaction after the other; what is overtaken is not loaded. */
export class RuleKeeper {
  /** Every interface that was ever there; it only grows, because places in it name chains. */
  private readonly interfaces: string[];
  private readonly log: Log;
  private present: readonly string[] = [];
  private virtual: readonly Endpoint[] = [];
  private servers: readonly Endpoint[] = [];
  private areInterfacesOld = true;
  private areServicesOld = true;
  private isRunning = false;
  private isStopped = false;
  private queue: Promise<void> = Promise.resolve();

  constructor(interfaces: readonly string[], log: Log) {
    this.interfaces = [...interfaces];
    this.log = log;
  }

  /** Removes what a director that was killed left behind. Rejects when nft does not work. */
  async start(): Promise<void> {
    await loadRules(removal);
    this.isRunning = true;
    await this.catchUp();
  }

  setInterfaces(present: readonly string[]): void {
    this.present = present;
    this.interfaces.push(...present.filter((name) => !this.interfaces.includes(name)));
    this.areInterfacesOld = true;
    this.schedule();
  }

  setServices(virtual: readonly Endpoint[], servers: readonly Endpoint[]): void {
    this.virtual = virtual;
    this.servers = servers;
    this.areServicesOld = true;
    this.schedule();
  }

  private schedule(): void {
    if (!this.isRunning) return;
    this.queue = this.queue.then(() => this.catchUp());
  }

  private async catchUp(): Promise<void> {
    if (this.isStopped || !(this.areInterfacesOld || this.areServicesOld)) return;
    const parts = [
      this.areInterfacesOld ? interfaceRules(this.interfaces, this.present) : '',
      this.areServicesOld ? serviceRules(this.virtual, this.servers) : '',
    ];
    this.areInterfacesOld = false;
    this.areServicesOld = false;
    try {
      await loadRules(parts.join(''));
    } catch (error) {
      // An interface that vanished a moment ago makes nft refuse; its notification is under way and brings the next attempt.
      this.log('error', error instanceof Error ? error.message : String(error));
    }
  }

  /** Resolves when the kernel has the latest rules. */
  settled(): Promise<void> {
    return this.queue;
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.queue;
    if (this.isRunning) await loadRules(removal);
    this.isRunning = false;
  }

  /** As stop, while the process exits. */
  stopNow(): void {
    if (this.isRunning) loadRulesNow(removal);
    this.isRunning = false;
  }
}
