import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { DirectorConfiguration } from '../../config/configuration.ts';
import { DirectorError, errorCode, errorMessage } from '../errors.ts';
import { KernelTable } from './kernel-table.ts';

const run = promisify(execFile);
const MODPROBE_LIMIT_MS = 5000;

/** Which plane forwards, and why. `table` is the kernel's, open, where it is the kernel's. */
export type PlaneChoice =
  | { readonly name: 'ipvs'; readonly reason: string; readonly table: KernelTable }
  | { readonly name: 'packet'; readonly reason: string };

/** How a kernel's IPVS is reached; a parameter, so that tests can be without one. */
export interface KernelAccess {
  readonly open: () => KernelTable | undefined;
  /** Rejects when the module cannot be had. */
  readonly loadModule: () => Promise<void>;
}

const thisMachine: KernelAccess = {
  open: () => KernelTable.open(),
  loadModule: async () => {
    await run('modprobe', ['ip_vs'], { timeout: MODPROBE_LIMIT_MS });
  },
};

/** Throws DirectorError `no-forwarding` when `ipvs` is asked for and the kernel has none. */
export async function choosePlane(
  wanted: DirectorConfiguration['plane'],
  kernel: KernelAccess = thisMachine,
): Promise<PlaneChoice> {
  if (wanted === 'packet' || wanted === 'rings') return { name: 'packet', reason: 'the configuration asks for it' };
  const found = await findKernelTable(kernel);
  const isAsked = wanted === 'ipvs';
  if (found.table !== undefined) {
    const reason = isAsked ? `the configuration asks for it; ${found.why}` : found.why;
    return { name: 'ipvs', reason, table: found.table };
  }
  if (!isAsked) return { name: 'packet', reason: found.why };
  const message =
    `The plane ipvs cannot be had: ${found.why}. As root on the machine itself, not in a container, ` +
    `"modprobe ip_vs" has to work; the planes 'auto' and 'packet' do without it`;
  throw new DirectorError('no-forwarding', message);
}

async function findKernelTable(kernel: KernelAccess): Promise<{ table?: KernelTable; why: string }> {
  try {
    const loaded = kernel.open();
    if (loaded !== undefined) return usable(loaded, 'the kernel has IPVS');
    await kernel.loadModule();
    const table = kernel.open();
    if (table !== undefined) return usable(table, 'the kernel has IPVS as a module');
    return { why: 'the kernel has no IPVS although modprobe ip_vs succeeded' };
  } catch (error) {
    if (errorCode(error) === 'ENOENT')
      return { why: 'the kernel has no IPVS, and there is no program modprobe to load one' };
    return { why: `the kernel has no IPVS (${firstLine(errorMessage(error))})` };
  }
}

/** A container without CAP_NET_ADMIN sees that there is IPVS, and may not touch it. */
function usable(table: KernelTable, why: string): { table?: KernelTable; why: string } {
  try {
    table.snapshot();
    return { table, why };
  } catch (error) {
    table.close();
    return { why: `the kernel has IPVS, which cannot be used from here (${errorMessage(error)})` };
  }
}

/** A failed command's message goes on with its standard error, which says more than that it failed. */
function firstLine(message: string): string {
  const [first = '', second = ''] = message.split('\n');
  return (second === '' ? first : second).trim();
}
