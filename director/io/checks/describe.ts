import type { DirectorEvent } from '../../api/event.ts';
import type { CheckSnapshot } from '../../api/snapshot.ts';
import type { ServerStatus } from '../../engine/checks/checker.ts';
import type { VirtualServerConfiguration } from '../../engine/checks/configuration.ts';
import type { PoolNews } from '../../engine/checks/service-pool.ts';
import { serviceKeyOf } from '../../engine/control/diff.ts';
import { epochNow } from '../clock.ts';

/** A line of the log: what a check found, and why. */
export function describeCheck(check: CheckSnapshot): string {
  const { serverAddress, serverPort, serviceAddress, servicePort, up, reason } = check;
  const service = `${serviceAddress}:${servicePort}`;
  return `${serverAddress}:${serverPort} of ${service} is ${up ? 'up' : 'down'}: ${reason}`;
}

/** A line of the log: what became of a server, and why. */
export function describeServer({ service, server, up, mode, weight, reason }: ServerStatus): string {
  const state = { ready: up ? 'in service' : 'out of service', drain: 'drained', maintenance: 'in maintenance' }[mode];
  return `${server.address}:${server.port} of ${nameOf(service)} is ${state} with weight ${weight}: ${reason}`;
}

export function describeNews(service: VirtualServerConfiguration, { what, up, reason }: PoolNews): string {
  if (what === 'quorum') return `${nameOf(service)} has ${up ? 'gained' : 'lost'} its quorum: ${reason}`;
  const { sorryServer } = service;
  const place = sorryServer ? ` ${sorryServer.address}:${sorryServer.port}` : '';
  return `The sorry server${place} of ${nameOf(service)} ${up ? 'takes over' : 'leaves'}: ${reason}`;
}

/** The same for programs. */
export function serverEvent({ service, server, up, mode, weight, reason }: ServerStatus): DirectorEvent {
  const { address, port } = server;
  const place = { service: serviceKeyOf(service), server: { address, port } };
  return { type: 'server', at: epochNow(), ...place, up, mode, weight, reason };
}

export function newsEvent(service: VirtualServerConfiguration, { what, up, reason }: PoolNews): DirectorEvent {
  const common = { at: epochNow(), service: serviceKeyOf(service), up, reason };
  if (what === 'quorum') return { type: 'quorum', ...common };
  const { address, port } = service.sorryServer ?? service;
  return { type: 'sorry-server', ...common, server: { address, port } };
}

function nameOf({ protocol, address, port, mark }: VirtualServerConfiguration): string {
  return protocol === 'FWM' ? `mark ${mark ?? 0}` : `${address}:${port}`;
}
