import { describe, expect, it, vi } from 'vitest';
import { choosePlane } from './choose.ts';
import type { KernelAccess } from './choose.ts';
import type { KernelTable } from './kernel-table.ts';

const table = { snapshot: () => ({}), close: () => undefined } as unknown as KernelTable;

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

  it('is the packet plane where modprobe is missing, or IPVS may not be touched', async () => {
    const noProgram = Object.assign(new Error('spawn modprobe ENOENT'), { code: 'ENOENT' });
    const without = { open: () => undefined, loadModule: () => Promise.reject(noProgram) };
    const reason = 'the kernel has no IPVS, and there is no program modprobe to load one';
    expect(await choosePlane('auto', without)).toEqual({ name: 'packet', reason });
    const close = vi.fn();
    const forbidden = {
      snapshot: () => {
        throw new Error('The kernel refused to list its virtual services: EPERM');
      },
      close,
    } as unknown as KernelTable;
    expect((await choosePlane('auto', kernel([forbidden]))).reason).toBe(
      'the kernel has IPVS, which cannot be used from here (The kernel refused to list its virtual services: EPERM)',
    );
    expect(close).toHaveBeenCalledOnce();
  });

  it('ipvs is an error where there is none, with the way out', async () => {
    await expect(choosePlane('ipvs', kernel([undefined], missing))).rejects.toMatchObject({
      code: 'no-forwarding',
      message:
        'The plane ipvs cannot be had: the kernel has no IPVS (modprobe: FATAL: Module ip_vs not found in directory ' +
        '/lib/modules/6.18). As root on the machine itself, not in a container, "modprobe ip_vs" has to work; ' +
        "the planes 'auto' and 'packet' do without it",
    });
  });
});
