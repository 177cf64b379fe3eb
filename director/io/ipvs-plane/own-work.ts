import type { ServiceKey, SyncDaemon, TableCommand } from '../../api/table.ts';
import type { KernelWork } from './journal.ts';

/** What commands have added to a table that outlives the director. */
export class OwnWork {
  private readonly services = new Map<string, ServiceKey>();
  private readonly daemons = new Set<SyncDaemon['role']>();

  get work(): KernelWork {
    return { services: [...this.services.values()], daemons: [...this.daemons] };
  }

  /** A command was obeyed. */
  note(command: TableCommand): void {
    switch (command.type) {
      case 'add-service':
        this.services.set(textOf(command.service), keyOf(command.service));
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

  /** What will be ours at most after these commands; `present` is somebody else's where it is not ours already. */
  after(commands: readonly TableCommand[], present: KernelWork): KernelWork {
    const foreign = new Set(present.services.map(textOf));
    const services = new Map(this.services);
    const daemons = new Set(this.daemons);
    for (const command of commands) {
      if (command.type === 'add-service' && !foreign.has(textOf(command.service)))
        services.set(textOf(command.service), keyOf(command.service));
      if (command.type === 'start-sync' && !present.daemons.includes(command.daemon.role))
        daemons.add(command.daemon.role);
    }
    return { services: [...services.values()], daemons: [...daemons] };
  }
}

function keyOf({ protocol, address, port, mark }: ServiceKey): ServiceKey {
  return { protocol, address, port, ...(mark === undefined ? {} : { mark }) };
}

function textOf({ protocol, address, port, mark }: ServiceKey): string {
  return `${protocol} ${address} ${String(port)} ${String(mark ?? 0)}`;
}
