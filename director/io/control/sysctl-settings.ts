import type { TableSnapshot } from '../../api/snapshot.ts';
import type { TableCommand, TableResult } from '../../api/table.ts';
import { sysctlRemark } from '../../engine/ipvs/sysctls.ts';
import type { Log } from '../log.ts';

/** The plane that runs, as far as sysctls are concerned. */
export interface SysctlPlace {
  readonly description: { readonly name: string };
  table(): Pick<TableSnapshot, 'sysctls'>;
  execute(commands: readonly TableCommand[]): Promise<readonly TableResult[]>;
}

type Values = Readonly<Record<string, readonly number[]>>;

/** Sets the sysctls that a configuration names; one that it names no longer gets back what it had before. */
export class SysctlSettings {
  readonly #place: SysctlPlace;
  readonly #log: Log;
  /** By name, what was there before the configuration named it. */
  readonly #before = new Map<string, readonly number[]>();

  constructor(place: SysctlPlace, log: Log) {
    this.#place = place;
    this.#log = log;
  }

  async configure(wanted: Values): Promise<void> {
    const present = this.#place.table().sysctls;
    const back = [...this.#before].filter(([name]) => wanted[name] === undefined);
    for (const [name] of back) this.#before.delete(name);
    for (const name of Object.keys(wanted)) {
      const value = present[name];
      if (value !== undefined && !this.#before.has(name)) this.#before.set(name, value);
    }
    const changes = [...back, ...Object.entries(wanted)];
    if (changes.length === 0) return;
    const commands = changes.map(([name, value]): TableCommand => ({ type: 'set-sysctl', name, value: [...value] }));
    const results = await this.#place.execute(commands);
    for (const result of results) if (!result.ok) this.#log('warn', result.message);
    if (this.#place.description.name === 'packet') this.#tellRemarks(wanted);
  }

  #tellRemarks(wanted: Values): void {
    for (const [name, values] of Object.entries(wanted)) {
      const remark = sysctlRemark(name, values);
      if (remark !== undefined) this.#log('warn', remark);
    }
  }
}
