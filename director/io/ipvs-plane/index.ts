import type { Explanation, FlowQuestion } from '../../api/explain.ts';
import type { ConnectionSnapshot, TableSnapshot } from '../../api/snapshot.ts';
import type { TableCommand, TableResult } from '../../api/table.ts';
import type { ForwardingPlane } from '../../engine/ipvs/plane.ts';
import type { Log } from '../log.ts';
import { explainFlow } from './explain-flow.ts';
import { undoing, type KernelWork, type WorkJournal } from './journal.ts';
import type { KernelTable } from './kernel-table.ts';
import { OwnWork } from './own-work.ts';

/** Figures are as old as that at most, and go out as often. */
const PERIOD_MS = 250;
/** Looking at a table of thousands of services takes long: at most a tenth of the time goes into it. */
const REST_AFTER_LOOK = 9;

export interface IpvsPlaneOptions {
  readonly table: Pick<KernelTable, 'execute' | 'snapshot' | 'connections' | 'close'>;
  readonly journal: Pick<WorkJournal, 'write' | 'remove'>;
  /** Why this plane was chosen. */
  readonly reason: string;
  readonly log: Log;
}

/** The kernel's own IPVS. It forwards by itself; we tell it what, and tell others what it did. */
export class IpvsPlane implements ForwardingPlane {
  readonly name = 'ipvs';
  readonly reason: string;
  private readonly kernel: IpvsPlaneOptions['table'];
  private readonly journal: IpvsPlaneOptions['journal'];
  private readonly log: Log;
  private readonly own = new OwnWork();
  private readonly listeners = new Set<() => void>();
  private timer: NodeJS.Timeout | undefined;
  private latest: TableSnapshot | undefined;
  private latestAt = -Infinity;
  private latestText = '';

  constructor({ table, journal, reason, log }: IpvsPlaneOptions) {
    this.kernel = table;
    this.journal = journal;
    this.reason = reason;
    this.log = log;
  }

  /** What others have put into the kernel's table stays there. */
  start(): Promise<void> {
    const { services } = this.table();
    if (services.length > 0)
      this.log('warn', `The kernel's IPVS has ${String(services.length)} virtual services already, which stay`);
    return Promise.resolve();
  }

  execute(commands: readonly TableCommand[]): Promise<readonly TableResult[]> {
    this.latestAt = -Infinity;
    const adds = commands.some(({ type }) => type === 'add-service' || type === 'start-sync');
    if (adds) this.journal.write(this.own.after(commands, this.present()));
    const results = commands.map((command) => {
      const result = this.kernel.execute(command);
      if (result.ok) this.own.note(command);
      return result;
    });
    if (adds) this.journal.write(this.own.work);
    return Promise.resolve(results);
  }

  private present(): KernelWork {
    const { services, syncDaemons } = this.kernel.snapshot();
    return { services, daemons: syncDaemons.map(({ role }) => role) };
  }

  /** The kernel takes packets to every address that is its own, and no others. */
  setLocalAddresses(): void {
    // Nothing to tell.
  }

  /** The kernel hears all interfaces. */
  addInterfaces(): void {
    // Nothing to tell.
  }

  table(): TableSnapshot {
    const now = performance.now();
    if (this.latest === undefined || now - this.latestAt >= PERIOD_MS) {
      this.latest = this.kernel.snapshot();
      this.latestAt = now;
    }
    return this.latest;
  }

  connections(): Promise<ConnectionSnapshot[]> {
    return Promise.resolve(this.kernel.connections());
  }

  explain(question: FlowQuestion): Promise<Explanation> {
    return Promise.resolve(explainFlow(question, this.kernel.snapshot(), this.kernel.connections()));
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    this.timer ??= this.lookIn(PERIOD_MS);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      clearTimeout(this.timer);
      this.timer = undefined;
    };
  }

  private lookIn(milliseconds: number): NodeJS.Timeout {
    return setTimeout(() => this.look(), milliseconds).unref();
  }

  private look(): void {
    const begin = performance.now();
    const text = JSON.stringify(this.table());
    const cost = performance.now() - begin;
    this.timer = this.lookIn(Math.max(PERIOD_MS, cost * REST_AFTER_LOOK));
    if (text === this.latestText) return;
    this.latestText = text;
    for (const listener of this.listeners) listener();
  }

  /** Takes back what this plane has put into the kernel's table, and leaves what others have. */
  stop(): Promise<void> {
    clearTimeout(this.timer);
    this.listeners.clear();
    for (const command of undoing(this.own.work)) {
      const result = this.kernel.execute(command);
      if (!result.ok && result.errno !== 'ESRCH') this.log('warn', `Clearing the kernel's IPVS: ${result.message}`);
    }
    this.journal.remove();
    this.kernel.close();
    return Promise.resolve();
  }
}
