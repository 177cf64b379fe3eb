import type { ServiceKey, TableCommand } from '../../api/table.ts';
import type { WantedService } from '../checks/checker.ts';

export function serviceKeyOf({ protocol, address, port, mark }: ServiceKey): ServiceKey {
  return { protocol, address, port, ...(mark === undefined ? {} : { mark }) };
}

export function serviceName({ protocol, address, port, mark }: ServiceKey): string {
  return protocol === 'FWM' ? `FWM ${mark ?? 0} ${address}` : `${protocol} ${address} ${port}`;
}

export function serverName({ address, port }: { readonly address: string; readonly port: number }): string {
  return `${address} ${port}`;
}

/**
 * The commands that turn what we put into the table before into what is wanted now. As keepalived's clear_diff does: what
 * leaves goes first, what stays is edited in place, so that its connections and counters stay too, and whatever others have
 * put into the table is left alone.
 */
export function tableChanges(before: readonly WantedService[], wanted: readonly WantedService[]): TableCommand[] {
  const known = byName(before);
  const kept = byName(wanted);
  const gone = before.filter(({ service }) => !kept.has(serviceName(service)));
  return [
    ...gone.map(({ service }): TableCommand => ({ type: 'delete-service', service: serviceKeyOf(service) })),
    ...wanted.flatMap((one) => {
      const previous = known.get(serviceName(one.service));
      return previous === undefined ? addition(one) : edits(previous, one);
    }),
  ];
}

function byName(services: readonly WantedService[]): Map<string, WantedService> {
  return new Map(services.map((one) => [serviceName(one.service), one]));
}

function addition({ service, servers }: WantedService): TableCommand[] {
  return [
    { type: 'add-service', service },
    ...servers.map((server): TableCommand => ({ type: 'add-server', service: serviceKeyOf(service), server })),
  ];
}

function edits(before: WantedService, wanted: WantedService): TableCommand[] {
  const service = serviceKeyOf(wanted.service);
  const known = new Map(before.servers.map((server) => [serverName(server), server]));
  const kept = new Set(wanted.servers.map(serverName));
  const gone = before.servers.filter((server) => !kept.has(serverName(server)));
  return [
    ...gone.map(({ address, port }): TableCommand => ({ type: 'delete-server', service, server: { address, port } })),
    ...(sameShape(before.service, wanted.service)
      ? []
      : [{ type: 'edit-service', service: wanted.service } satisfies TableCommand]),
    ...wanted.servers.flatMap((server): TableCommand[] => {
      const previous = known.get(serverName(server));
      if (previous === undefined) return [{ type: 'add-server', service, server }];
      return sameShape(previous, server) ? [] : [{ type: 'edit-server', service, server }];
    }),
  ];
}

/** Values of plain data; a field that is absent equals one that is undefined. */
function sameShape(left: unknown, right: unknown): boolean {
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return left === right;
  const [one, other] = [Object.entries(left), Object.entries(right)].map((entries) =>
    entries.filter(([, value]) => value !== undefined),
  );
  if (one?.length !== other?.length) return false;
  const values = new Map(other);
  return one?.every(([name, value]) => values.has(name) && sameShape(value, values.get(name))) ?? false;
}

/**
 * What still has to be done for a command of ours that failed because somebody else had been at the table: what is there
 * already is edited, what is missing is added. Nothing for other failures.
 */
export function repair(
  command: TableCommand,
  errno: string,
  wanted: readonly WantedService[],
): TableCommand[] | 'hopeless' {
  switch (command.type) {
    case 'add-service':
      return errno === 'EEXIST' ? [{ type: 'edit-service', service: command.service }] : 'hopeless';
    case 'add-server':
      if (errno === 'EEXIST') return [{ ...command, type: 'edit-server' }];
      return errno === 'ESRCH' ? again(command.service, wanted) : 'hopeless';
    case 'edit-service':
      return errno === 'ESRCH' ? again(command.service, wanted) : 'hopeless';
    case 'edit-server':
      if (errno === 'ENOENT') return [{ ...command, type: 'add-server' }];
      return errno === 'ESRCH' ? again(command.service, wanted) : 'hopeless';
    case 'delete-service':
    case 'delete-server':
      return errno === 'ESRCH' || errno === 'ENOENT' ? [] : 'hopeless';
    default:
      return 'hopeless';
  }
}

/** The whole service, which somebody has deleted. */
function again(key: ServiceKey, wanted: readonly WantedService[]): TableCommand[] {
  return wanted.filter(({ service }) => serviceName(service) === serviceName(key)).flatMap(addition);
}
