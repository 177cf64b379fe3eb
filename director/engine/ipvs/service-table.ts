import type { SyncDaemon, TableCommand, TableResult } from '../../api/table.ts';
import type { Family } from '../address.ts';
import { assertNever } from '../assert-never.ts';
import { PROTOCOL_TCP } from '../packet/packet.ts';
import { Statistics } from './estimator.ts';
import type { Flow } from './flow.ts';
import { OK, refuse } from './results.ts';
import { FTP_PORT } from './service.ts';
import type { Destination, VirtualService } from './service.ts';
import { ServiceEditor } from './service-editor.ts';
import { SyncDaemons } from './sync-daemons.ts';
import { Sysctls } from './sysctls.ts';
import { TimeoutTable } from './timeouts.ts';

/** Active FTP's data port: with 1024 and above, ports on which an FTP service takes data connections. */
const FTP_DATA_PORT = 20;
const FIRST_UNPRIVILEGED_PORT = 1024;
const DESTINATION = 4;

/** The virtual services with their servers, and all else that `ipvsadm` and sysctls can set. */
export class ServiceTable {
  readonly timeouts = new TimeoutTable();
  readonly sysctls = new Sysctls();
  /** All services together: `/proc/net/ip_vs_stats`. */
  readonly totals = new Statistics();
  private readonly daemons = new SyncDaemons();
  private readonly editor: ServiceEditor;

  /** `random` gives numbers from 0 up to 1 (the scheduler `twos`). */
  constructor(random: () => number = () => 0) {
    this.editor = new ServiceEditor(random);
  }

  /** Does what the kernel would do, with its result (ip_vs_ctl.c, ip_vs_genl_set_cmd). */
  execute(command: TableCommand, now: number): TableResult {
    switch (command.type) {
      case 'add-service':
        return this.editor.addService(command.service, now);
      case 'edit-service':
        return this.editor.editService(command.service, now);
      case 'delete-service':
        return this.editor.deleteService(command.service, now);
      case 'add-server':
        return this.editor.addServer(command.service, command.server, this.syncDaemons().length > 0);
      case 'edit-server':
        return this.editor.editServer(command.service, command.server, this.syncDaemons().length > 0);
      case 'delete-server':
        return this.editor.deleteServer(command.service, command.server, now);
      case 'flush':
        this.editor.flush(now);
        return OK;
      case 'zero':
        return this.zero(command);
      case 'set-timeouts':
        return this.timeouts.set(command.timeouts);
      case 'start-sync':
        return this.startSync(command.daemon);
      case 'stop-sync':
        return this.daemons.stop(command.role);
      case 'set-sysctl':
        return this.sysctls.set(command.name, command.value);
      default:
        return assertNever(command);
    }
  }

  private zero(command: Extract<TableCommand, { type: 'zero' }>): TableResult {
    if (command.service !== undefined) return this.editor.zeroService(command.service);
    for (const service of this.all()) this.editor.zero(service);
    this.totals.zero();
    return OK;
  }

  private startSync(daemon: SyncDaemon): TableResult {
    if (this.editor.hasMixedFamilies()) {
      return refuse('EINVAL', 'Connections between the two families cannot be synchronised');
    }
    return this.daemons.start(daemon);
  }

  /** Those that were started, the master first. */
  syncDaemons(): SyncDaemon[] {
    return this.daemons.all();
  }

  /** backup_only: a backup leaves all packets alone. */
  get forwardsNothing(): boolean {
    return this.sysctls.backupOnly && this.syncDaemons().some(({ role }) => role === 'backup');
  }

  /** The service for a new flow (ip_vs_service_find): by mark, by address and port, as FTP data, on all ports. */
  find(flow: Flow): VirtualService | undefined {
    const { family, protocol, mark, addresses, destinationPort: port } = flow;
    if (mark !== 0) {
      const marked = this.findMark(family, mark);
      if (marked !== undefined) return marked;
    }
    const { index } = this.editor;
    const exact = index.find(family, protocol, addresses, DESTINATION, port);
    if (exact !== undefined) return exact;
    if (protocol === PROTOCOL_TCP && index.countOnPort(FTP_PORT) > 0) {
      if (port === FTP_DATA_PORT || port >= FIRST_UNPRIVILEGED_PORT) {
        const ftp = index.find(family, protocol, addresses, DESTINATION, FTP_PORT);
        if (ftp !== undefined) return ftp;
      }
    }
    return index.countOnPort(0) > 0 ? index.find(family, protocol, addresses, DESTINATION, 0) : undefined;
  }

  findMark(family: Family, mark: number): VirtualService | undefined {
    return this.editor.index.findMark(family, mark);
  }

  /** Does the flow's source belong to a server that is reached by masquerading? Reads all of them (ip_vs_has_real_service). */
  isMasqueradedServer({ family, protocol, addresses, sourcePort }: Flow): boolean {
    const source = { family, words: addresses.subarray(0, DESTINATION) };
    return this.all().some((service) => {
      if (service.mark === 0 && service.protocol !== protocol) return false;
      return service.find(source, sourcePort)?.forwarding === 'masq';
    });
  }

  destination(id: number): Destination | undefined {
    return this.editor.destination(id);
  }

  /** Has a server left the table since the last call? */
  takeRemoved(): boolean {
    return this.editor.takeRemoved();
  }

  all(): VirtualService[] {
    return this.editor.index.all();
  }

  /** Forgets servers that left long ago and what schedulers remember too long; once a second or less often. */
  sweep(now: number): void {
    this.editor.sweep(now);
  }

  /** To be called every ESTIMATION_PERIOD_MS. True when a rate changed. */
  estimate(): boolean {
    if (this.sysctls.number('run_estimation') === 0) return false;
    let changed = this.totals.estimate();
    for (const service of this.all()) {
      changed = service.statistics.estimate() || changed;
      for (const { statistics } of service.destinations) changed = statistics.estimate() || changed;
    }
    return changed;
  }
}
