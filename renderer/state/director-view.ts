import type { CheckSnapshot, DirectorEvent, DirectorSnapshot, VrrpInstanceSnapshot } from '../../director/index.ts';
import type { DirectorStatus } from '../../provisioning/contract/index.ts';
import { share } from './share.ts';
import type { TableView } from './table.ts';
import { buildTable, emptyTable } from './table.ts';

/** What the window knows of one director. It is kept, greyed, while the director does not answer. */
export interface DirectorView {
  readonly node: string;
  readonly answering: boolean;
  readonly plane?: DirectorSnapshot['plane'];
  readonly masquerading: boolean;
  readonly instances: readonly VrrpInstanceSnapshot[];
  readonly checks: readonly CheckSnapshot[];
  readonly table: TableView;
}

export function silentDirector(node: string): DirectorView {
  return { node, answering: false, masquerading: false, instances: [], checks: [], table: emptyTable };
}

export function directorFromStatus(previous: DirectorView | undefined, status: DirectorStatus): DirectorView {
  const view = previous ?? silentDirector(status.node);
  if (status.snapshot === undefined) return view.answering ? { ...view, answering: false } : view;
  return applySnapshot(view, status.snapshot);
}

function applySnapshot(view: DirectorView, snapshot: DirectorSnapshot): DirectorView {
  return share(view, {
    node: view.node,
    answering: true,
    plane: snapshot.plane,
    masquerading: snapshot.masquerading,
    instances: snapshot.instances,
    checks: snapshot.checks,
    table: buildTable(view.table, snapshot.services, snapshot.checks),
  });
}

/** The director's view after it said `event`. */
export function applyDirectorEvent(view: DirectorView, event: DirectorEvent): DirectorView {
  switch (event.type) {
    case 'snapshot':
      return applySnapshot(view, event.snapshot);
    case 'table':
      return { ...view, answering: true, table: buildTable(view.table, event.services, view.checks) };
    case 'vrrp-state':
      return {
        ...view,
        instances: view.instances.map((instance) =>
          instance.name === event.instance ? { ...instance, state: event.to, since: event.at } : instance,
        ),
      };
    case 'check':
      return applyCheck(view, event.check);
    case 'advert':
    case 'address':
    case 'gratuitous-arp':
    case 'log':
      return view;
  }
}

function applyCheck(view: DirectorView, check: CheckSnapshot): DirectorView {
  const others = view.checks.filter((other) => !isSameCheck(other, check));
  const checks = [...others, check];
  const services = view.table.serviceKeys.flatMap((key) => {
    const row = view.table.services[key];
    const servers = (view.table.serverKeys[key] ?? []).flatMap((server) => view.table.servers[server]?.entry ?? []);
    return row === undefined ? [] : [{ ...row.service, realServers: servers }];
  });
  return { ...view, checks, table: buildTable(view.table, services, checks) };
}

export function isSameCheck(left: CheckSnapshot, right: CheckSnapshot): boolean {
  return (
    left.protocol === right.protocol &&
    left.serviceAddress === right.serviceAddress &&
    left.servicePort === right.servicePort &&
    left.serverAddress === right.serverAddress &&
    left.serverPort === right.serverPort
  );
}
