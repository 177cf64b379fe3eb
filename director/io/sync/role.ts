import type { VrrpState } from '../../api/snapshot.ts';
import type { SyncDaemon, TableCommand, TableResult } from '../../api/table.ts';
import type { SyncRole } from '../../engine/sync/synchronizer.ts';
import type { Log } from '../log.ts';

/** `sync` of the director's configuration. */
export type SyncConfiguration = Omit<SyncDaemon, 'role'> & { readonly instance?: string };

/** A daemon that was started (`up`) or stopped, and why. */
export interface SyncNews {
  readonly role: SyncRole;
  readonly interface: string;
  readonly up: boolean;
  readonly reason: string;
}

type Execute = (commands: readonly TableCommand[]) => Promise<readonly TableResult[]>;

/**
 * The sync daemons that the configuration asks for. With a VRRP instance the role follows it, as keepalived's lvs_sync_daemon
 * does: master daemon on the MASTER, backup daemon otherwise. Without one both run. Daemons that somebody started by
 * `ipvsadm --start-daemon` stay as they are while nothing is configured.
 */
export class SyncRoleFollower {
  private readonly execute: Execute;
  private readonly log: Log;
  private readonly tell: (news: SyncNews) => void;
  private configuration: SyncConfiguration | undefined;
  private state: VrrpState = 'INIT';
  /** What we have started, each with its interface. */
  private running = new Map<SyncRole, string>();
  /** One change after the other. */
  private turns: Promise<void> = Promise.resolve();

  constructor(execute: Execute, log: Log, tell: (news: SyncNews) => void = () => undefined) {
    this.execute = execute;
    this.log = log;
    this.tell = tell;
  }

  /** At the start and at every reload; `state` is that of the instance. Resolves when the daemons are as wanted. */
  configure(configuration: SyncConfiguration | undefined, state: VrrpState = 'INIT'): Promise<void> {
    const isChanged = JSON.stringify(configuration) !== JSON.stringify(this.configuration);
    this.configuration = configuration;
    this.state = state;
    return this.turn(isChanged, 'the configuration says so');
  }

  /** A VRRP instance has another state. */
  follow(instance: string, state: VrrpState): Promise<void> {
    if (this.configuration === undefined || this.configuration.instance !== instance) return Promise.resolve();
    this.state = state;
    return this.turn(false, `${instance} is ${state}`);
  }

  private turn(isAnew: boolean, reason: string): Promise<void> {
    this.turns = this.turns.then(() => this.bringAbout(isAnew, reason));
    return this.turns;
  }

  private wanted(): SyncRole[] {
    if (this.configuration === undefined) return [];
    if (this.configuration.instance === undefined) return ['master', 'backup'];
    return [this.state === 'MASTER' ? 'master' : 'backup'];
  }

  private async bringAbout(isAnew: boolean, reason: string): Promise<void> {
    const wanted = this.wanted();
    for (const [role, device] of [...this.running])
      if (isAnew || !wanted.includes(role)) {
        this.running.delete(role);
        if (await this.do({ type: 'stop-sync', role })) this.tell({ role, interface: device, up: false, reason });
      }
    const { configuration } = this;
    if (configuration === undefined) return;
    const { instance: _, ...daemon } = configuration;
    for (const role of wanted)
      if (!this.running.has(role) && (await this.do({ type: 'start-sync', daemon: { ...daemon, role } }))) {
        this.running.set(role, daemon.interface);
        this.tell({ role, interface: daemon.interface, up: true, reason });
      }
  }

  private async do(command: TableCommand): Promise<boolean> {
    const [result] = await this.execute([command]);
    if (result === undefined || result.ok) return result !== undefined;
    this.log('error', result.message);
    return false;
  }
}

/** A line of the log. */
export function describeSync({ role, interface: device, up, reason }: SyncNews): string {
  return `The ${role} daemon of connection synchronisation on ${device} was ${up ? 'started' : 'stopped'}: ${reason}`;
}
