import type {
  CheckSnapshot,
  ConfiguredService,
  DirectorSnapshot,
  RealServerSnapshot,
  VirtualServiceSnapshot,
} from '../api/snapshot.ts';
import { serviceId } from '../api/fold.ts';
import { formatPlace } from '../api/place.ts';

/** A snapshot for a person: a line for each instance, service and server. */
export function formatStatus(snapshot: DirectorSnapshot): string {
  const { version, pid, configFile, plane, masquerading, instances, services, checks, timers } = snapshot;
  const lines = [
    `director ${version}, process ${pid}, ${configFile}`,
    `forwarding: ${plane.name} (${plane.reason}); masquerading: ${masquerading ? 'yes' : 'no'}`,
  ];
  for (const instance of instances) {
    const { name, state, version: vrrp, vrid, interface: device, priority, virtualAddresses, masterAddress } = instance;
    const master = state !== 'MASTER' && masterAddress !== undefined ? `, master is ${masterAddress}` : '';
    lines.push(
      `${name}: ${state} since ${new Date(instance.since).toISOString()}${master}`,
      `  VRRP ${vrrp}, router ${vrid} on ${device}, priority ${priority}: ${virtualAddresses.join(', ')}`,
    );
  }
  const { configured = [] } = snapshot;
  const known = new Map(configured.map((service) => [serviceId(service), service]));
  lines.push(...services.flatMap((service) => serviceLines(service, checks, known.get(serviceId(service)))));
  for (const service of configured)
    if (service.missing === 'service') lines.push(`${serviceId(service)} is not in the table: ${byHand}`);
  if (timers) lines.push(`timers: ${timers.reason}; p99 ${timers.p99Ms} ms late, at most ${timers.maxMs} ms`);
  return lines.join('\n');
}

const byHand = 'taken out by hand, stays out until the director starts again';

function serviceLines(
  service: VirtualServiceSnapshot,
  checks: readonly CheckSnapshot[],
  configured?: ConfiguredService,
): string[] {
  const { scheduler, schedulerFlags, persistence, onePacket, realServers } = service;
  const details = [
    schedulerFlags.length === 0 ? '' : ` (${schedulerFlags.join(', ')})`,
    persistence ? `, persistent ${persistence.timeoutSeconds} s by ${persistence.mask}` : '',
    onePacket ? ', one-packet' : '',
  ];
  const present = realServers.map(
    (server) =>
      `  ${formatPlace(server)}${roleOf(server, configured)} ${forwardingWords[server.forwarding]}, weight ${server.weight}, ` +
      `${server.activeConnections} active and ${server.inactiveConnections} inactive connections${limits(server)}`,
  );
  const down = checks
    .filter((check) => !check.up && isFor(check, service))
    .map(
      ({ serverAddress, serverPort, reason }) =>
        `  ${formatPlace({ address: serverAddress, port: serverPort })} is down: ${reason}`,
    );
  return [`${serviceId(service)} ${scheduler}${details.join('')}`, ...present, ...down, ...absent(configured)];
}

function roleOf(server: RealServerSnapshot, configured: ConfiguredService | undefined): string {
  const { sorryServer } = configured ?? {};
  return sorryServer && formatPlace(sorryServer) === formatPlace(server) ? ' (sorry server)' : '';
}

/** Servers that one would look for in the table, and why they are not there. */
function absent(configured: ConfiguredService | undefined): string[] {
  if (!configured) return [];
  const { withheld, missing, quorumUp } = configured;
  const why = quorumUp ? 'the sorry server is in use' : 'the quorum is lost';
  return [
    ...withheld.map((server) => `  ${formatPlace(server)} is up, but not in use: ${why}`),
    ...(missing === 'service'
      ? []
      : missing.map((server) => `  ${formatPlace(server)} is not in the table: ${byHand}`)),
  ];
}

const forwardingWords = { masq: 'by NAT', gate: 'by direct routing', ipip: 'by tunnel', local: 'here' } as const;

function limits({ upperThreshold, lowerThreshold }: RealServerSnapshot): string {
  if (upperThreshold === 0) return '';
  return `, at most ${upperThreshold}${lowerThreshold === 0 ? '' : ` and again below ${lowerThreshold}`}`;
}

function isFor(check: CheckSnapshot, { protocol, address, port, mark }: VirtualServiceSnapshot): boolean {
  return (
    check.protocol === protocol && check.serviceAddress === address && check.servicePort === port && check.mark === mark
  );
}
