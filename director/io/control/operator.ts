import type { TableSnapshot, VirtualServiceSnapshot } from '../../api/snapshot.ts';
import type { ServerDefinition, ServerKey, ServiceKey, TableCommand, TableResult } from '../../api/table.ts';
import { serverName, serviceKeyOf, serviceName } from '../../engine/control/diff.ts';
import { DirectorError } from '../errors.ts';

export type ServerMode = 'ready' | 'drain' | 'maintenance';

/** The servers that checks look after: what a person says about one of them stays said over checks and reloads. */
export interface CheckedServers {
  /** False when no configuration has this server. */
  setMode(service: ServiceKey, server: ServerKey, mode: ServerMode, reason: string): boolean;
  /** Undefined takes it back. */
  setWeight(service: ServiceKey, server: ServerKey, weight: number | undefined): boolean;
}

/** The table in which servers are that somebody added by `ipvsadm`. */
export interface EditableTable {
  table(): TableSnapshot;
  execute(commands: readonly TableCommand[]): Promise<readonly TableResult[]>;
}

/** What a person does to one server. Methods throw DirectorError `no-such-server`, or `refused` with the table's reason. */
export class Operator {
  readonly #checked: CheckedServers;
  readonly #table: EditableTable;
  /** As they were before they were drained or taken out. */
  readonly #before = new Map<string, ServerDefinition>();

  constructor(checked: CheckedServers, table: EditableTable) {
    this.#checked = checked;
    this.#table = table;
  }

  async weight(service: ServiceKey, server: ServerKey, weight: number): Promise<void> {
    if (this.#checked.setWeight(service, server, weight)) return;
    await this.#edit(service, { ...this.#find(service, server), weight });
  }

  async drain(service: ServiceKey, server: ServerKey): Promise<void> {
    if (this.#checked.setMode(service, server, 'drain', 'drained by hand')) return;
    const before = this.#remember(service, server);
    await this.#edit(service, { ...before, weight: 0 });
  }

  async maintenance(service: ServiceKey, server: ServerKey): Promise<void> {
    if (this.#checked.setMode(service, server, 'maintenance', 'in maintenance by hand')) return;
    this.#remember(service, server);
    await this.#perform({ type: 'delete-server', service, server });
  }

  async enable(service: ServiceKey, server: ServerKey): Promise<void> {
    if (this.#checked.setMode(service, server, 'ready', 'enabled by hand')) {
      this.#checked.setWeight(service, server, undefined);
      return;
    }
    const before = this.#before.get(nameOf(service, server));
    this.#before.delete(nameOf(service, server));
    const present = this.#search(service, server);
    if (before === undefined) {
      if (present === undefined) throw unknown(service, server);
    } else if (present === undefined) await this.#perform({ type: 'add-server', service, server: before });
    else await this.#edit(service, before);
  }

  /** A second drain must not remember the weight of the first one. */
  #remember(service: ServiceKey, server: ServerKey): ServerDefinition {
    const name = nameOf(service, server);
    const before = this.#before.get(name) ?? this.#find(service, server);
    this.#before.set(name, before);
    return before;
  }

  #find(service: ServiceKey, server: ServerKey): ServerDefinition {
    const found = this.#search(service, server);
    if (found === undefined) throw unknown(service, server);
    return found;
  }

  #search(service: ServiceKey, server: ServerKey): ServerDefinition | undefined {
    const wanted = serviceName(service);
    const found = this.#table
      .table()
      .services.find((candidate: VirtualServiceSnapshot) => serviceName(candidate) === wanted)
      ?.realServers.find((candidate) => serverName(candidate) === serverName(server));
    if (found === undefined) return undefined;
    const { address, port, forwarding, weight, upperThreshold, lowerThreshold, tunnel } = found;
    const definition = { address, port, forwarding, weight, upperThreshold, lowerThreshold };
    return tunnel === undefined ? definition : { ...definition, tunnel };
  }

  #edit(service: ServiceKey, server: ServerDefinition): Promise<void> {
    return this.#perform({ type: 'edit-server', service: serviceKeyOf(service), server });
  }

  async #perform(command: TableCommand): Promise<void> {
    const [result] = await this.#table.execute([command]);
    if (result?.ok === false) throw new DirectorError('refused', `${result.message} (${result.errno})`);
  }
}

function nameOf(service: ServiceKey, server: ServerKey): string {
  return `${serviceName(service)} ${serverName(server)}`;
}

function unknown(service: ServiceKey, server: ServerKey): DirectorError {
  const message = `There is no server ${server.address} port ${server.port} in ${serviceName(service)}: "ipvsadm -Ln" lists them`;
  return new DirectorError('no-such-server', message);
}
