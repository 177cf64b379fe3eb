import type { TableCommand, TableResult } from '../../api/table.ts';
import type { Balancer } from '../../engine/ipvs/balancer.ts';
import { explain } from '../../engine/ipvs/explain.ts';
import { snapshotConnections } from '../../engine/ipvs/table-snapshot.ts';
import { ConnectionAdapter } from '../../engine/sync/connection-adapter.ts';
import { settingsOf } from '../../engine/sync/settings.ts';
import type { LogLevel } from '../log.ts';
import { executeSync, isSyncCommand } from '../sync/commands.ts';
import { SyncDaemons } from '../sync/daemons.ts';
import type { PlaneAnswer, PlaneRequest } from './messages.ts';
import type { Endpoint, RuleTimeouts } from './rule-services.ts';

const FIN_WAIT = 4;
const TIME_WAIT = 5;

/** Obeys commands and answers questions about the table, and runs the sync daemons that commands start. */
export class TableDesk {
  private readonly balancer: Balancer;
  private readonly sync: SyncDaemons;
  private readonly adapter: ConnectionAdapter;
  private readonly expect: (clients: readonly Endpoint[]) => void;

  /** `expect` keeps the kernel from answers to these clients, none of whose packets has come here yet. */
  constructor(
    balancer: Balancer,
    log: (level: LogLevel, message: string) => void,
    expect: (clients: readonly Endpoint[]) => void,
  ) {
    this.balancer = balancer;
    this.expect = expect;
    const { connections, services, life } = balancer;
    this.adapter = new ConnectionAdapter(connections, services, life);
    this.sync = new SyncDaemons(this.adapter, settingsOf(services.sysctls.all()), log);
  }

  /** One result for each, in this order. */
  execute(commands: readonly TableCommand[], now: number): TableResult[] {
    const results = commands.map((command) => this.obey(command, now));
    this.balancer.life.observer = this.sync.observer;
    return results;
  }

  private obey(command: TableCommand, now: number): TableResult {
    const { services } = this.balancer;
    if (isSyncCommand(command)) return executeSync(command, services, this.sync, now);
    const result = services.execute(command, now);
    if (command.type === 'set-sysctl' && result.ok) this.sync.setSettings(settingsOf(services.sysctls.all()));
    return result;
  }

  answer(request: Extract<PlaneRequest, { type: 'connections' | 'learned' | 'explain' }>, now: number): PlaneAnswer {
    if (request.type === 'connections') {
      return { type: 'connections', connections: snapshotConnections(this.balancer.connections, now) };
    }
    if (request.type === 'learned') return { type: 'learned', connections: this.sync.received };
    return { type: 'explanation', explanation: explain(this.balancer, request.question, now) };
  }

  /** How long entries may live without a packet. */
  ruleTimeouts(): RuleTimeouts {
    const { tcp, udp } = this.balancer.services.timeouts;
    const closing = Math.max(tcp[FIN_WAIT] ?? 0, tcp[TIME_WAIT] ?? 0);
    return { openSeconds: Math.max(...tcp) / 1000, closingSeconds: closing / 1000, udpSeconds: udp / 1000 };
  }

  /** To be polled; they change with every command. */
  descriptors(): number[] {
    return this.sync.descriptors();
  }

  receive(now: number): void {
    this.sync.receive(now);
    const clients = this.adapter.takeLearned();
    if (clients.length > 0) this.expect(clients);
  }

  /** When `run` is to be called; Infinity = never. */
  get deadline(): number {
    return this.sync.deadline;
  }

  run(now: number): void {
    this.sync.run(now);
  }

  close(): void {
    this.sync.close();
  }
}
