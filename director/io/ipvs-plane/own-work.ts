import type { ServiceKey, SyncDaemon, TableCommand } from '../../api/table.ts';

/** What commands have added to a table that outlives the director. */
export class OwnWork {
  private readonly services = new Map<string, ServiceKey>();
  private readonly daemons = new Set<SyncDaemon['role']>();

  /** A command was obeyed. */
  note(command: TableCommand): void {
    switch (command.type) {
      case 'add-service':
        this.services.set(textOf(command.service), command.service);
        return;
      case 'delete-service':
        this.services.delete(textOf(command.service));
        return;
      case 'flush':
        this.services.clear();
        return;
      case 'start-sync':
        this.daemons.add(command.daemon.role);
        return;
      case 'stop-sync':
        this.daemons.delete(command.role);
        return;
      default:
        return;
    }
  }

  /** The commands that take it away again. */
  undo(): TableCommand[] {
    return [
      ...[...this.services.values()].map((service) => ({ type: 'delete-service' as const, service })),
      ...[...this.daemons].map((role) => ({ type: 'stop-sync' as const, role })),
    ];
  }
}

function textOf({ protocol, address, port, mark }: ServiceKey): string {
  return `${protocol} ${address} ${String(port)} ${String(mark ?? 0)}`;
}
