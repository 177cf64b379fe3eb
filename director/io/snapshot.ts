import { serviceId } from '../api/fold.ts';
import { formatPlace } from '../api/place.ts';
import type {
  CheckSnapshot,
  ConfiguredService,
  DirectorSnapshot,
  VirtualServiceSnapshot,
  VrrpInstanceSnapshot,
} from '../api/snapshot.ts';
import type { ServerKey } from '../api/table.ts';
import type { CheckStatus, PoolStatus } from '../engine/checks/checker.ts';
import { serviceKeyOf } from '../engine/control/diff.ts';
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

const placeOf = ({ address, port }: ServerKey): ServerKey => ({ address, port });
const without = (servers: readonly ServerKey[], others: readonly ServerKey[]): ServerKey[] => {
  const known = new Set(others.map(formatPlace));
  return servers.filter((server) => !known.has(formatPlace(server))).map(placeOf);
};

/** `services`: what is in the table. */
export function configuredSnapshot(
  { configuration, quorumUp, sorryActive, well, wanted }: PoolStatus,
  services: readonly VirtualServiceSnapshot[],
): ConfiguredService {
  const { sorryServer } = configuration;
  const present = services.find((service) => serviceId(service) === serviceId(configuration));
  return {
    ...serviceKeyOf(configuration),
    quorumUp,
    ...(sorryServer ? { sorryServer: { ...placeOf(sorryServer), active: sorryActive } } : {}),
    withheld: sorryActive ? without(well, sorryServer ? [sorryServer] : []) : [],
    missing: present ? without(wanted.servers, present.realServers) : 'service',
  };
}

/** What somebody has taken out of the table, in words; a reload leaves it out, as keepalived's does. */
export function missingNotices(configured: readonly ConfiguredService[]): string[] {
  const how = 'was taken out of the table by hand and stays out until the director starts again';
  return configured.flatMap((service) =>
    service.missing === 'service'
      ? [`${serviceId(service)} ${how}`]
      : service.missing.map((server) => `${formatPlace(server)} of ${serviceId(service)} ${how}`),
  );
}
