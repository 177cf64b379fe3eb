import type { TableCommand, TableResult } from '../../api/table.ts';
import type { WantedService } from '../../engine/checks/checker.ts';
import { repair, serverName, serviceName, tableChanges } from '../../engine/control/diff.ts';
import { errorMessage } from '../errors.ts';
import type { Log } from '../log.ts';

/** What the control needs of a plane. */
export interface CommandTarget {
  execute(commands: readonly TableCommand[]): Promise<readonly TableResult[]>;
}

/**
 * Keeps the services of the configuration in the table. What is wanted may change faster than the table does: only the latest
 * counts. Services and servers that others put there are never touched.
 */
export class TableControl {
  readonly #log: Log;
  #target: CommandTarget | undefined;
  /** What is in the table through us. */
  #present: readonly WantedService[] = [];
  #wanted: readonly WantedService[] = [];
  #work: Promise<void> = Promise.resolve();

  constructor(log: Log) {
    this.#log = log;
  }

  get wanted(): readonly WantedService[] {
    return this.#wanted;
  }

  /** A plane whose table is empty. */
  attach(target: CommandTarget): Promise<void> {
    this.#target = target;
    this.#present = [];
    return this.#settle();
  }

  /** The plane is gone, and its table with it. */
  detach(): void {
    this.#target = undefined;
  }

  want(services: readonly WantedService[]): Promise<void> {
    this.#wanted = services;
    return this.#settle();
  }

  /** Resolves when the table is as wanted at this moment. */
  #settle(): Promise<void> {
    this.#work = this.#work
      .then(() => this.#step())
      .catch((error: unknown) => {
        this.#log('error', `The table does not follow the configuration: ${errorMessage(error)}`);
      });
    return this.#work;
  }

  async #step(): Promise<void> {
    const target = this.#target;
    const wanted = this.#wanted;
    if (target === undefined) return;
    const commands = tableChanges(this.#present, wanted);
    this.#present = wanted;
    if (commands.length > 0) await this.#perform(target, commands, wanted);
  }

  async #perform(
    target: CommandTarget,
    commands: readonly TableCommand[],
    wanted: readonly WantedService[],
  ): Promise<void> {
    let left = commands;
    // A repair may fail too, when somebody empties the table at the same time; then the next change repairs again.
    for (let round = 0; left.length > 0 && round < 3; round++) {
      const results = await target.execute(left);
      left = left.flatMap((command, index) => {
        const result = results[index];
        if (result === undefined || result.ok) return [];
        const more = repair(command, result.errno, wanted);
        if (more !== 'hopeless') return more;
        this.#log('error', `The table refuses ${describeCommand(command)}: ${result.message} (${result.errno})`);
        return [];
      });
    }
  }
}

function describeCommand(command: TableCommand): string {
  const service = 'service' in command && command.service ? ` ${serviceName(command.service)}` : '';
  const server = 'server' in command ? ` ${serverName(command.server)}` : '';
  return `${command.type}${service}${server}`;
}
