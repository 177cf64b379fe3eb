import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of a VBoxManage that keeps machines in a file; below it, `vagrant` has a Vagrant that does. */
export const stubs = fileURLToPath(new URL('../../fixtures/virtualbox', import.meta.url));

/** What test/fixtures/virtualbox/machines.mjs keeps. */
export interface VirtualBoxState {
  version: string;
  unlockMs: number;
  calls: string[];
  natnets?: string[];
  faults: { startvm?: string; ssh?: 'silent'; box?: 'missing' };
  machines: { name: string; state: string; port: number; snapshots: unknown[] }[];
}

export function readState(place: string): VirtualBoxState {
  return JSON.parse(readFileSync(join(place, 'state.json'), 'utf8')) as VirtualBoxState;
}

/** Programs may be reading it: they find the old one or the new one. */
export function writeState(place: string, state: Partial<VirtualBoxState>): void {
  writeFileSync(join(place, 'next.json'), JSON.stringify(state));
  renameSync(join(place, 'next.json'), join(place, 'state.json'));
}
