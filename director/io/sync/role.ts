import type { VrrpState } from '../../api/snapshot.ts';
import type { SyncDaemon, TableCommand, TableResult } from '../../api/table.ts';
import type { SyncRole } from '../../engine/sync/synchronizer.ts';
import type { Log } from '../log.ts';

/** `sync` of the director's configuration. */
export type SyncConfiguration = Omit<SyncDaemon, 'role'> & { readonly instance?: string };

type Execute = (commands: readonly TableCommand[]) => Promise<readonly TableResult[]>;

/**
 * The sync daemons that the configuration asks for. With a VRRP instance the role follows it, as keepalived's lvs_sync_daemon
 * does: master daemon on the MASTER, backup daemon otherwise. Without one both run. Daemons that somebody started by
 * `ipvsadm --start-daemon` stay as they are while nothing is configured.
 */
export class SyncRoleFollower {
  private readonly execute: Execute;
  private readonly log: Log;
  private configuration: SyncConfiguration | undefined;
  private state: VrrpState = 'INIT';
  /** What we have started. */
  private running = new Set<SyncRole>();
  /** One change after the other. */
  private turns: Promise<void> = Promise.resolve();

  constructor(execute: Execute, log: Log) {
    this.execute = execute;
    this.log = log;
  }

  /** At the start and at every reload; `state` is that of the instance. Resolves when the daemons are as wanted. */
  configure(configuration: SyncConfiguration | undefined, state: VrrpState = 'INIT'): Promise<void> {
    const isChanged = JSON.stringify(configuration) !== JSON.stringify(this.configuration);
    this.configuration = configuration;
    this.state = state;
    return this.turn(isChanged);
  }

  /** A VRRP instance has another state. */
  follow(instance: string, state: VrrpState): Promise<void> {
    if (this.configuration === undefined || this.configuration.instance !== instance) return Promise.resolve();
    this.state = state;
    return this.turn(false);
  }

  private turn(isAnew: boolean): Promise<void> {
    this.turns = this.turns.then(() => this.bringAbout(isAnew));
    return this.turns;
  }

  private wanted(): SyncRole[] {
    if (this.configuration === undefined) return [];
    if (this.configuration.instance === undefined) return ['master', 'backup'];
    return [this.state === 'MASTER' ? 'master' : 'backup'];
  }

  private async bringAbout(isAnew: boolean): Promise<void> {
    const wanted = this.wanted();
    for (const role of [...this.running])
      if (isAnew || !wanted.includes(role)) {
        this.running.delete(role);
        await this.do({ type: 'stop-sync', role });
      }
    const { configuration } = this;
    if (configuration === undefined) return;
    const { instance: _, ...daemon } = configuration;
    for (const role of wanted)
      if (!this.running.has(role) && (await this.do({ type: 'start-sync', daemon: { ...daemon, role } })))
        this.running.add(role);
  }

  private async do(command: TableCommand): Promise<boolean> {
    const [result] = await this.execute([command]);
    if (result === undefined || result.ok) return result !== undefined;
    this.log('error', result.message);
    return false;
  }
}
