import type { CheckSnapshot, DirectorSnapshot, RealServerSnapshot, VirtualServiceSnapshot } from '../api/snapshot.ts';
import { serviceId } from '../api/fold.ts';

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
  lines.push(...services.flatMap((service) => serviceLines(service, checks)));
  if (timers) lines.push(`timers: ${timers.reason}; p99 ${timers.p99Ms} ms late, at most ${timers.maxMs} ms`);
  return lines.join('\n');
}

function serviceLines(service: VirtualServiceSnapshot, checks: readonly CheckSnapshot[]): string[] {
  const { scheduler, schedulerFlags, persistence, onePacket, realServers } = service;
  const details = [
    schedulerFlags.length === 0 ? '' : ` (${schedulerFlags.join(', ')})`,
    persistence ? `, persistent ${persistence.timeoutSeconds} s by ${persistence.mask}` : '',
    onePacket ? ', one-packet' : '',
  ];
  const present = realServers.map(
    (server) =>
      `  ${server.address}:${server.port} ${forwardingWords[server.forwarding]}, weight ${server.weight}, ` +
      `${server.activeConnections} active and ${server.inactiveConnections} inactive connections${limits(server)}`,
  );
  const down = checks
    .filter((check) => !check.up && isFor(check, service))
    .map(({ serverAddress, serverPort, reason }) => `  ${serverAddress}:${serverPort} is down: ${reason}`);
  return [`${serviceId(service)} ${scheduler}${details.join('')}`, ...present, ...down];
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
