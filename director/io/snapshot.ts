import type { CheckSnapshot, DirectorSnapshot, VrrpInstanceSnapshot } from '../api/snapshot.ts';
import type { CheckStatus } from '../engine/checks/checker.ts';
import { toEpoch } from './clock.ts';
import type { VrrpInstanceStatus, VrrpStatus } from './vrrp/messages.ts';

export function checkSnapshot({ service, server, kind, up, reason, since }: CheckStatus): CheckSnapshot {
  return {
    protocol: service.protocol,
    ...(service.mark === undefined ? {} : { mark: service.mark }),
    serviceAddress: service.address,
    servicePort: service.port,
    serverAddress: server.address,
    serverPort: server.port,
    kind,
    up,
    reason,
    since: toEpoch(since),
  };
}

export function instanceSnapshot({
  configuration,
  state,
  priority,
  since,
  masterAddress,
}: VrrpInstanceStatus): VrrpInstanceSnapshot {
  const { name, version, vrid, advertIntervalMs, syncGroup } = configuration;
  return {
    name,
    version,
    vrid,
    interface: configuration.interface,
    state,
    priority,
    advertIntervalMs,
    virtualAddresses: configuration.virtualAddresses.map(({ address }) => address),
    since,
    ...(syncGroup === undefined ? {} : { syncGroup }),
    ...(masterAddress === undefined ? {} : { masterAddress }),
  };
}

export function timersSnapshot(status: VrrpStatus): Pick<DirectorSnapshot, 'timers' | 'receiveProblems'> {
  const { scheduling, lateness, receiveProblems } = status;
  const timers = { scheduling: scheduling.policy, reason: scheduling.reason, ...lateness };
  return { timers, receiveProblems: { ...receiveProblems } };
}
