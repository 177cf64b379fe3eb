import { errorMessage } from '../errors.ts';
import type { LogLevel } from '../log.ts';
import { NetlinkError, OwnedTable } from './nft/owned-table.ts';
import type { Transaction } from './nft/owned-table.ts';
import { defaultRuleTimeouts } from './rule-services.ts';
import type { Endpoint, RuleServices, RuleTimeouts } from './rule-services.ts';
import { noteFlows, serviceRules } from './rule-elements.ts';
import { foundation, interfaceRules, replaceRules, TABLE } from './rules.ts';
import type { Rule } from './rules.ts';

/** The kernel refuses an interface that vanished a moment ago; by then its notification has come. */
const RETRY_PERIOD_MS = 500;

/** What takes the rules; a table in the kernel except in tests. */
export interface RuleTable {
  commit(transaction: Transaction): void;
  close(): void;
}

/**
 * Keeps the kernel's rules equal to what is wanted, from the packet thread itself: a rule is in force before the next packet
 * is looked at. The rules go with the socket, so also when the process is killed.
 */
export class RuleKeeper {
  private readonly log: (level: LogLevel, message: string) => void;
  private readonly table: RuleTable;
  /** Every interface that was ever there; it only grows, because places in it name chains. */
  private readonly interfaces: string[] = [];
  private present: readonly string[] = [];
  private services: RuleServices | undefined;
  private timeouts: RuleTimeouts = defaultRuleTimeouts;
  private marks: readonly Rule[] = [];
  private readonly old = new Set<'interfaces' | 'services' | 'rules'>();
  private nextRetry = Infinity;
  /** Logged once, however often it comes back. */
  private complaint = '';

  /** Throws when the kernel has no nf_tables, or another process has the table. */
  constructor(log: (level: LogLevel, message: string) => void, table: RuleTable = new OwnedTable(TABLE)) {
    this.log = log;
    this.table = table;
    try {
      table.commit(foundation(defaultRuleTimeouts));
    } catch (error) {
      table.close();
      throw new Error(`The packet plane's nftables rules cannot be set up: ${errorMessage(error)}${hintAt(error)}`, {
        cause: error,
      });
    }
  }

  setInterfaces(present: readonly string[], now: number): void {
    this.present = present;
    this.interfaces.push(...present.filter((name) => !this.interfaces.includes(name)));
    this.renew('interfaces', now);
  }

  setServices(services: RuleServices, now: number): void {
    this.services = services;
    this.renew('services', now);
  }

  /** Does nothing when they are as they were. */
  setTimeouts(timeouts: RuleTimeouts, now: number): void {
    if (JSON.stringify(timeouts) === JSON.stringify(this.timeouts)) return;
    this.timeouts = timeouts;
    this.renew('rules', now);
  }

  setMarks(marks: readonly Rule[], now: number): void {
    this.marks = marks;
    this.renew('rules', now);
  }

  /** Before a server opens a connection that no packet of its client has announced. */
  expect(endpoint: Endpoint): void {
    this.expectAll([endpoint]);
  }

  /** As `expect`: clients of connections that another director has told of. */
  expectAll(endpoints: readonly Endpoint[]): void {
    try {
      this.table.commit(noteFlows(endpoints, this.timeouts.openSeconds));
    } catch (error) {
      this.complain(error);
    }
  }

  /** Asks again for what the kernel refused, at most twice a second. */
  keepTrying(now: number): void {
    if (now >= this.nextRetry) this.catchUp(now);
  }

  private renew(what: 'interfaces' | 'services' | 'rules', now: number): void {
    this.old.add(what);
    this.catchUp(now);
  }

  private catchUp(now: number): void {
    try {
      if (this.old.has('rules')) this.table.commit(replaceRules(this.timeouts, this.marks));
      this.old.delete('rules');
      if (this.old.has('services') && this.services !== undefined) this.table.commit(serviceRules(this.services));
      this.old.delete('services');
      if (this.old.has('interfaces') && this.interfaces.length > 0)
        this.table.commit(interfaceRules(this.interfaces, this.present));
      this.old.delete('interfaces');
      this.complaint = '';
      this.nextRetry = Infinity;
    } catch (error) {
      this.complain(error);
      this.nextRetry = now + RETRY_PERIOD_MS;
    }
  }

  private complain(error: unknown): void {
    const complaint = errorMessage(error);
    if (complaint !== this.complaint) this.log('error', complaint);
    this.complaint = complaint;
  }

  close(): void {
    this.table.close();
  }
}

function hintAt(error: unknown): string {
  if (!(error instanceof NetlinkError)) return '';
  if (error.code === 'EPERM') return `; is another director running here, or is this not root?`;
  return '';
}
