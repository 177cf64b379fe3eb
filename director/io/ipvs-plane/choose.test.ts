import { describe, expect, it } from 'vitest';
import { choosePlane } from './choose.ts';
import type { KernelAccess } from './choose.ts';
import type { KernelTable } from './kernel-table.ts';

const table = { close: () => undefined } as unknown as KernelTable;

function kernel(tables: (KernelTable | undefined)[], modprobe?: string): KernelAccess {
  return {
    open: () => tables.shift(),
    loadModule: () => (modprobe === undefined ? Promise.resolve() : Promise.reject(new Error(modprobe))),
  };
}

const missing =
  'Command failed: modprobe ip_vs\nmodprobe: FATAL: Module ip_vs not found in directory /lib/modules/6.18\n';

describe('the plane', () => {
  it.each([
    ['auto', kernel([table]), { name: 'ipvs', reason: 'the kernel has IPVS' }],
    ['auto', kernel([undefined, table]), { name: 'ipvs', reason: 'the kernel has IPVS as a module' }],
    ['ipvs', kernel([table]), { name: 'ipvs', reason: 'the configuration asks for it; the kernel has IPVS' }],
    ['packet', kernel([table]), { name: 'packet', reason: 'the configuration asks for it' }],
    [
      'auto',
      kernel([undefined], missing),
      {
        name: 'packet',
        reason: 'the kernel has no IPVS (modprobe: FATAL: Module ip_vs not found in directory /lib/modules/6.18)',
      },
    ],
  ] as const)('%s is chosen with a reason', async (wanted, access, expected) => {
    expect(await choosePlane(wanted, access)).toMatchObject(expected);
  });

  it('ipvs is an error where there is none', async () => {
    await expect(choosePlane('ipvs', kernel([undefined], missing))).rejects.toMatchObject({ code: 'no-forwarding' });
  });
});
