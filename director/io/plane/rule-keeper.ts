import type { Log } from '../log.ts';
import type { Endpoint } from './answering-servers.ts';
import { loadRules, loadRulesNow } from './nft.ts';
import { interfaceRules, removal, serviceRules } from './rules.ts';

/** nft refuses an interface that vanished a moment ago; by then its notification has come. */
const RETRY_DELAY_MS = 500;

/** Keeps the kernel's rules equal to what is wanted, one transaction after the other; what is overtaken is not loaded. */
export class RuleKeeper {
  /** Every interface that was ever there; it only grows, because places in it name chains. */
  private readonly interfaces: string[];
  private readonly log: Log;
  private readonly load: typeof loadRules;
  private present: readonly string[] = [];
  private virtual: readonly Endpoint[] = [];
  private servers: readonly Endpoint[] = [];
  private areInterfacesOld = true;
  private areServicesOld = true;
  private isRunning = false;
  private isStopped = false;
  private retry: NodeJS.Timeout | undefined;
  /** Logged once, however often it comes back. */
  private complaint = '';
  private queue: Promise<void> = Promise.resolve();

  constructor(interfaces: readonly string[], log: Log, load = loadRules) {
    this.interfaces = [...interfaces];
    this.log = log;
    this.load = load;
  }

  /** Removes what a director that was killed left behind. Rejects when nft does not work, or the kernel lacks what the rules need. */
  async start(): Promise<void> {
    await this.load(removal);
    this.isRunning = true;
    await this.loadOld();
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
    clearTimeout(this.retry);
    if (this.isStopped) return;
    try {
      await this.loadOld();
      this.complaint = '';
    } catch (error) {
      const complaint = error instanceof Error ? error.message : String(error);
      if (complaint !== this.complaint) this.log('error', complaint);
      this.complaint = complaint;
      clearTimeout(this.retry);
      this.retry = setTimeout(() => this.schedule(), RETRY_DELAY_MS).unref();
    }
  }

  /** What the kernel refuses stays old. */
  private async loadOld(): Promise<void> {
    const { areInterfacesOld, areServicesOld } = this;
    if (!areInterfacesOld && !areServicesOld) return;
    const parts = [
      areInterfacesOld ? interfaceRules(this.interfaces, this.present) : '',
      areServicesOld ? serviceRules(this.virtual, this.servers) : '',
    ];
    this.areInterfacesOld = false;
    this.areServicesOld = false;
    try {
      await this.load(parts.join(''));
    } catch (error) {
      this.areInterfacesOld ||= areInterfacesOld;
      this.areServicesOld ||= areServicesOld;
      throw error;
    }
  }

  /** Resolves when the kernel has the latest rules, or has refused them and is to be asked again. */
  settled(): Promise<void> {
    return this.queue;
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.queue;
    clearTimeout(this.retry);
    if (this.isRunning) await this.load(removal);
    this.isRunning = false;
  }

  /** As stop, while the process exits. */
  stopNow(): void {
    if (this.isRunning) loadRulesNow(removal);
    this.isRunning = false;
  }
}
