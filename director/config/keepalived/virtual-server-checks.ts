import type { SchedulerFlag, ServiceKey } from '../../api/table.ts';
import type {
  RealServerConfiguration,
  SorryServerConfiguration,
  VirtualServerConfiguration,
} from '../../engine/checks/configuration.ts';
import { hostMask, readPersistenceMask } from '../persistence-mask.ts';
import type { Reader } from '../reader.ts';
import { orderedFlags } from '../schedulers.ts';
import { defined, familyOf } from '../values.ts';
import type { VirtualServerDraft } from './virtual-server.ts';

type Target = { readonly address: string; readonly port: number } | { readonly mark: number; readonly family: 4 | 6 };

/** Fills in what depends on the whole block, as keepalived does when it has read everything (check_data.c). */
export function finishVirtualServer(
  reader: Reader,
  draft: VirtualServerDraft,
  target: Target,
  servers: readonly RealServerConfiguration[],
): VirtualServerConfiguration {
  const { at, hysteresis, quorumUp, quorumDown, notifiesOnStop } = draft;
  const protocol = protocolOf(reader, draft, target);
  const family = 'family' in target ? target.family : familyOf(target.address);
  const realServers = withServicePorts(reader, draft, target, ofFamily(reader, draft, family, servers));
  if (realServers.length === 0) reader.warn(at, 'a virtual server without real servers serves nobody');
  if (draft.scheduler === undefined) reader.warn(at, 'no lb_algo: wlc is taken', { expected: 'lb_algo NAME' });
  const quorum = quorumOf(reader, draft, realServers);
  if (hysteresis >= quorum && hysteresis > 0)
    reader.warn(at, `hysteresis ${hysteresis} is not below the quorum ${quorum}; 0 is taken`);
  return {
    ...defined(keyOf(protocol, target)),
    scheduler: draft.scheduler ?? 'wlc',
    schedulerFlags: flagsOf(reader, draft),
    ...defined({ persistence: persistenceOf(reader, draft, target, family) }),
    onePacket: onePacketOf(reader, draft, protocol),
    realServers,
    ...defined({ sorryServer: sorryServerOf(draft, target) }),
    quorum,
    hysteresis: hysteresis >= quorum ? 0 : hysteresis,
    ...defined({ quorumUp, quorumDown }),
    notifiesOnStop,
  };
}

function keyOf(protocol: 'TCP' | 'UDP' | 'FWM', target: Target): ServiceKey {
  if ('address' in target) return { protocol, address: target.address, port: target.port };
  return { protocol, address: target.family === 6 ? '::' : '0.0.0.0', port: 0, mark: target.mark };
}

function protocolOf(reader: Reader, { at, protocol }: VirtualServerDraft, target: Target): 'TCP' | 'UDP' | 'FWM' {
  if ('mark' in target) return 'FWM';
  // keepalived 2.2.7 says so itself: "no protocol set - defaulting to UDP".
  if (protocol === undefined)
    reader.warn(at, 'no protocol: UDP is taken, as keepalived does', { expected: 'protocol TCP' });
  return protocol ?? 'UDP';
}

/** Only tunnels may lead from one family into the other. */
function ofFamily(
  reader: Reader,
  { at }: VirtualServerDraft,
  family: 4 | 6,
  servers: readonly RealServerConfiguration[],
): RealServerConfiguration[] {
  return servers.filter(({ address, forwarding }) => {
    const fits = forwarding === 'ipip' || familyOf(address) === family;
    if (!fits) reader.error(at, `real server ${address} is not of the virtual server's family, IPv${family}`);
    return fits;
  });
}

/** Packets that are not translated keep their port, so the kernel has no other one for these servers. */
function withServicePorts(
  reader: Reader,
  { at }: VirtualServerDraft,
  target: Target,
  servers: readonly RealServerConfiguration[],
): RealServerConfiguration[] {
  if ('mark' in target) return [...servers];
  return servers.map((server) => {
    if (server.forwarding === 'masq' || server.port === target.port) return server;
    const { address, port } = server;
    reader.warn(
      at,
      `real server ${address} ${port} gets the port of its virtual server, ${target.port}: only NAT can change it`,
    );
    return reader.moved(server, { ...server, port: target.port });
  });
}

function quorumOf(
  reader: Reader,
  { at, quorum }: VirtualServerDraft,
  servers: readonly RealServerConfiguration[],
): number {
  const total = servers.reduce((sum, { weight }) => sum + weight, 0);
  if (servers.length === 0 || quorum <= Math.max(1, total)) return quorum;
  reader.warn(at, `quorum ${quorum} is more than all weights together; ${Math.max(1, total)} is taken`);
  return Math.max(1, total);
}

function flagsOf(reader: Reader, { at, flags, scheduler }: VirtualServerDraft): SchedulerFlag[] {
  return orderedFlags(flags).filter((name) => {
    const owner = name.startsWith('flag-') ? scheduler : name.slice(0, 2);
    const fits = owner === (scheduler ?? 'wlc') || name.startsWith('flag-');
    if (!fits) reader.error(at, `${name} is a flag of the scheduler ${owner ?? ''}`);
    return fits;
  });
}

function onePacketOf(reader: Reader, { at, onePacket }: VirtualServerDraft, protocol: 'TCP' | 'UDP' | 'FWM'): boolean {
  if (!onePacket || protocol !== 'TCP') return onePacket;
  reader.warn(at, 'ops is only for UDP and is ignored');
  return false;
}

function persistenceOf(
  reader: Reader,
  { at, persistenceSeconds, mask, engine }: VirtualServerDraft,
  target: Target,
  family: 4 | 6,
): VirtualServerConfiguration['persistence'] {
  const needed = mask !== undefined || engine !== undefined;
  const allPorts = 'port' in target && target.port === 0;
  if (persistenceSeconds === undefined && allPorts && !needed)
    reader.warn(at, 'port 0 is only for persistent services; persistence_timeout 360 is taken');
  if (persistenceSeconds === undefined && !needed && !allPorts) return undefined;
  const value = mask && readPersistenceMask(reader, { ...mask.at, text: mask.text }, family);
  return {
    timeoutSeconds: persistenceSeconds ?? 360,
    mask: value ?? hostMask(family),
    ...defined({ engine }),
  };
}

function sorryServerOf({ sorry, defaults }: VirtualServerDraft, target: Target): SorryServerConfiguration | undefined {
  if (!sorry.endpoint) return undefined;
  const { address, port } = sorry.endpoint;
  const servicePort = 'port' in target ? target.port : 0;
  return {
    address,
    port: port === 0 ? servicePort : port,
    ...(sorry.forwarding ?? defaults.forwarding),
    weight: 1,
    inhibit: sorry.inhibit,
  };
}
