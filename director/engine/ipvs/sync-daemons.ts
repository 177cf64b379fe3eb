import type { SyncDaemon, TableResult } from '../../api/table.ts';
import { parseAddress } from '../address.ts';
import { OK, refuse } from './results.ts';

/** Which sync daemons were ordered; others run them (ip_vs_sync.c, start_sync_thread). */
export class SyncDaemons {
  private readonly running = new Map<SyncDaemon['role'], SyncDaemon>();

  /** EINVAL for a group that is none, EEXIST when one of its role runs. */
  start(daemon: SyncDaemon): TableResult {
    const group = parseAddress(daemon.group);
    const [first = 0] = group === undefined ? [] : group.words;
    const last = group?.words[3] ?? 0;
    const isMulticast = group?.family === 4 ? last >>> 28 === 0xe : first >>> 24 === 0xff;
    if (!isMulticast) return refuse('EINVAL', `${daemon.group} is not a multicast address`);
    if (this.running.has(daemon.role)) return refuse('EEXIST', `A ${daemon.role} sync daemon is already running`);
    this.running.set(daemon.role, daemon);
    return OK;
  }

  /** ESRCH when none of its role runs. */
  stop(role: SyncDaemon['role']): TableResult {
    return this.running.delete(role) ? OK : refuse('ESRCH', `No ${role} sync daemon is running`);
  }

  all(): SyncDaemon[] {
    return (['master', 'backup'] as const).flatMap((role) => this.running.get(role) ?? []);
  }
}
