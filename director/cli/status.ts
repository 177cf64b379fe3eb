import type { CheckSnapshot, DirectorSnapshot, VirtualServiceSnapshot } from '../api/snapshot.ts';

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
  const { protocol, address, port, scheduler, realServers } = service;
  const present = realServers.map(
    (server) =>
      `  ${server.address}:${server.port} weight ${server.weight}, ` +
      `${server.activeConnections} active and ${server.inactiveConnections} inactive connections`,
  );
  const down = checks
    .filter((check) => !check.up && isFor(check, service))
    .map(({ serverAddress, serverPort, reason }) => `  ${serverAddress}:${serverPort} is down: ${reason}`);
  return [`${protocol} ${address}:${port} ${scheduler}`, ...present, ...down];
}

function isFor(check: CheckSnapshot, { protocol, address, port }: VirtualServiceSnapshot): boolean {
  return check.protocol === protocol && check.serviceAddress === address && check.servicePort === port;
}
