import { formatPlace } from './place.ts';
import type { DirectorEvent } from './event.ts';
import type { CheckSnapshot, DirectorSnapshot, VirtualServiceSnapshot } from './snapshot.ts';

/** What a watcher keeps of a director, and events change. */
export type FoldedState = Pick<DirectorSnapshot, 'instances' | 'services' | 'checks'>;

/** A director's snapshot after it said `event`; undefined as long as it has not sent one. */
export function foldDirector(
  snapshot: DirectorSnapshot | undefined,
  event: DirectorEvent,
): DirectorSnapshot | undefined {
  if (event.type === 'snapshot') return event.snapshot;
  return snapshot && { ...snapshot, ...foldEvent(snapshot, event) };
}

/** The part that an event other than a snapshot changes; nothing for most. */
export function foldEvent(state: FoldedState, event: DirectorEvent): Partial<FoldedState> {
  switch (event.type) {
    case 'table':
      return { services: event.services };
    case 'vrrp-state':
      return {
        instances: state.instances.map((instance) =>
          instance.name === event.instance ? { ...instance, state: event.to, since: event.at } : instance,
        ),
      };
    case 'check':
      return { checks: [...state.checks.filter((check) => !isSameCheck(check, event.check)), event.check] };
    default:
      return {};
  }
}

/** Whether two verdicts are of one check of one server. */
export function isSameCheck(left: CheckSnapshot, right: CheckSnapshot): boolean {
  return (
    left.kind === right.kind &&
    left.serverAddress === right.serverAddress &&
    left.serverPort === right.serverPort &&
    serviceOfCheck(left) === serviceOfCheck(right)
  );
}

/** One text for each virtual service: protocol, address and port, or mark and family. */
export function serviceId({
  protocol,
  address,
  port,
  mark,
}: Pick<VirtualServiceSnapshot, 'protocol' | 'address' | 'port' | 'mark'>): string {
  if (protocol === 'FWM') return `FWM ${mark ?? 0}${address.includes(':') ? ' IPv6' : ''}`;
  return `${protocol} ${formatPlace({ address, port })}`;
}

/** The service that a check is for, as `serviceId` names it. */
export function serviceOfCheck({ protocol, serviceAddress, servicePort, mark }: CheckSnapshot): string {
  return serviceId({ protocol, address: serviceAddress, port: servicePort, ...(mark === undefined ? {} : { mark }) });
}
