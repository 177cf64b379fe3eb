import type { ServerStatus } from '../../engine/checks/checker.ts';
import type { VirtualServerConfiguration } from '../../engine/checks/configuration.ts';
import type { PoolNews } from '../../engine/checks/service-pool.ts';

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

function nameOf({ protocol, address, port, mark }: VirtualServerConfiguration): string {
  return protocol === 'FWM' ? `mark ${mark ?? 0}` : `${address}:${port}`;
}
