import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drillReportSchema, drillSummarySchema, RelevoError } from '../contract/index.ts';
import type { DrillReport, DrillSummary } from '../contract/index.ts';

const safeId = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/;

/** A lab's drill reports: one JSON file each, in a directory of their own. */
export class ReportStore {
  readonly #directory: string;
  readonly #warn: (message: string) => void;

  /** @param warn is told of each file that cannot be read, with the reason */
  constructor(directory: string, warn: (message: string) => void) {
    this.#directory = directory;
    this.#warn = warn;
  }

  async save(report: DrillReport): Promise<void> {
    const path = this.#path(report.id);
    await mkdir(this.#directory, { recursive: true });
    // Written aside and renamed: a reader never sees half a report, a full disk leaves the old state.
    const unfinished = `${path}.new`;
    await writeFile(unfinished, JSON.stringify(report));
    await rename(unfinished, path);
  }

  /** Newest first. Files that cannot be read are left out, and said. */
  async list(): Promise<DrillSummary[]> {
    const reports = await Promise.all((await this.#fileNames()).map((name) => this.#readOrWarn(name)));
    return (
      reports
        .filter((report) => report !== undefined)
        .sort((left, right) => right.startedAt - left.startedAt)
        // Parsing drops what a summary does not have: the events and the samples.
        .map((report) => drillSummarySchema.parse(report))
    );
  }

  /** @throws RelevoError INVALID_INPUT when there is no such report or it cannot be read */
  async read(id: string): Promise<DrillReport> {
    try {
      return await readReport(this.#path(id));
    } catch (error) {
      if (error instanceof RelevoError) throw error;
      throw new RelevoError('INVALID_INPUT', `There is no readable drill report ${id}: ${reason(error)}`, {}, error);
    }
  }

  #path(id: string): string {
    if (!safeId.test(id))
      throw new RelevoError('INVALID_INPUT', `${JSON.stringify(id)} is not the id of a drill report.`);
    return join(this.#directory, `${id}.json`);
  }

  async #fileNames(): Promise<string[]> {
    try {
      return (await readdir(this.#directory)).filter((name) => name.endsWith('.json'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  async #readOrWarn(name: string): Promise<DrillReport | undefined> {
    try {
      return await readReport(join(this.#directory, name));
    } catch (error) {
      this.#warn(`Drill report ${name} was left out: ${reason(error)}`);
      return undefined;
    }
  }
}

async function readReport(path: string): Promise<DrillReport> {
  return drillReportSchema.parse(JSON.parse(await readFile(path, 'utf8')));
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
