import { ConnectionAdapter } from '../../../director/engine/sync/connection-adapter.ts';
import { kernelSettings } from '../../../director/engine/sync/settings.ts';
import { Synchronizer, type SyncRole } from '../../../director/engine/sync/synchronizer.ts';
import type { OurDirector } from './director.ts';

const maximumLength = 1472;

/** One of the two daemons on a director of ours, as the kernel's would run there. */
export function startSync(director: OurDirector, role: SyncRole, syncId: number, now: number): Synchronizer {
  const sync = new Synchronizer(
    new ConnectionAdapter(director.connections, director.services, director.balancer.life),
    kernelSettings,
  );
  director.balancer.life.observer = sync;
  const daemon = { role, interface: 'eth1', syncId, maximumLength, group: '224.0.0.81', port: 8848, ttl: 1 };
  sync.start(daemon, now);
  return sync;
}
