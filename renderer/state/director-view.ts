import type {
  CheckSnapshot,
  DirectorEvent,
  DirectorSnapshot,
  VirtualServiceSnapshot,
  VrrpInstanceSnapshot,
} from '../../director/index.ts';
import { foldEvent } from '../../director/index.ts';
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
  if (event.type === 'snapshot') return applySnapshot(view, event.snapshot);
  const { instances, checks } = view;
  const change = foldEvent({ instances: [...instances], checks: [...checks], services: servicesOf(view) }, event);
  if (Object.keys(change).length === 0) return view;
  const { services, ...rest } = change;
  const next = { ...view, ...rest, ...(services === undefined ? {} : { answering: true }) };
  if (services === undefined && rest.checks === undefined) return next;
  return { ...next, table: buildTable(view.table, services ?? servicesOf(view), next.checks) };
}

/** The services again, put together from their rows. */
function servicesOf({ table }: DirectorView): VirtualServiceSnapshot[] {
  return table.serviceKeys.flatMap((key) => {
    const row = table.services[key];
    const servers = (table.serverKeys[key] ?? []).flatMap((server) => table.servers[server]?.entry ?? []);
    return row === undefined ? [] : [{ ...row.service, realServers: servers }];
  });
}
