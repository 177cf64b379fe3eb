import type { CheckSnapshot, DirectorEvent, DirectorSnapshot } from '../../director/index.ts';

const checkKey = (check: CheckSnapshot): string =>
  [check.protocol, check.serviceAddress, check.servicePort, check.serverAddress, check.serverPort].join(' ');

/** A director's snapshot after it said `event`; undefined as long as it has not sent one. */
export function foldDirector(
  snapshot: DirectorSnapshot | undefined,
  event: DirectorEvent,
): DirectorSnapshot | undefined {
  if (event.type === 'snapshot') return event.snapshot;
  if (snapshot === undefined) return undefined;
  switch (event.type) {
    case 'table':
      return { ...snapshot, services: event.services };
    case 'vrrp-state':
      return {
        ...snapshot,
        instances: snapshot.instances.map((instance) =>
          instance.name === event.instance ? { ...instance, state: event.to, since: event.at } : instance,
        ),
      };
    case 'check':
      return {
        ...snapshot,
        checks: [...snapshot.checks.filter((check) => checkKey(check) !== checkKey(event.check)), event.check],
      };
    case 'advert':
    case 'address':
    case 'gratuitous-arp':
    case 'log':
      return snapshot;
  }
}
