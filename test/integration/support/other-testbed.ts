import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Relevo } from './relevo.ts';

const root = join(import.meta.dirname, '..', '..', '..');
/** Neither the window nor the single executable is needed to bring a lab up, and both are large. */
const unneeded = ['electron', 'renderer', 'director'];

/** Relevo as built, in a folder of its own with one of the test testbeds beside its own. */
export class OtherTestbed {
  readonly relevo: Relevo;
  readonly #folder: string;

  constructor(relevo: Relevo, folder: string) {
    this.relevo = relevo;
    this.#folder = folder;
  }

  static async create(testbed: string): Promise<OtherTestbed> {
    const folder = relevoFolder(unneeded);
    const target = join(folder, 'dist', 'testbeds', testbed);
    cpSync(join(root, 'test', 'fixtures', 'testbeds', testbed), target, { recursive: true });
    return new OtherTestbed(await Relevo.create({}, folder), folder);
  }

  async dispose(): Promise<void> {
    await this.relevo.dispose();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A copy of Relevo as built, without these parts of it. The caller removes it. */
export function relevoFolder(without: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'relevo-testbed-'));
  const left = new Set(without.map((name) => join(root, 'dist', name)));
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true, filter: (source) => !left.has(source) });
  mkdirSync(join(folder, 'dist', 'renderer'), { recursive: true });
  for (const part of ['bin', 'package.json']) cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}
