import type { VirtualAddress, VrrpInstanceConfiguration } from '../../engine/vrrp/configuration.ts';
import { keepalivedDefaults } from '../keepalived/global-defs.ts';
import type { LvsGlobals, LvsVirtual, PlacedAddress } from './settings.ts';

/** For which of Piranha's two machines a file, which is the same on both, is read. */
export type Role = 'primary' | 'backup';

const firstRouterId = 51;
const priorities: Readonly<Record<Role, number>> = { primary: 150, backup: 100 };

/**
 * pulse moves all addresses at once when it misses its heartbeat; the nearest to that is one VRRP instance per interface,
 * all in one sync group, at the heartbeat's interval.
 */
export function failoverInstances(
  globals: LvsGlobals,
  virtuals: readonly LvsVirtual[],
  role: Role,
): VrrpInstanceConfiguration[] {
  const byInterface = new Map<string, VirtualAddress[]>();
  const add = (placed: PlacedAddress | undefined, mask: string | undefined): void => {
    if (!placed) return;
    // `eth0:1` is the old way to name a second address of eth0.
    const device = placed.interface.replace(/:.*/, '');
    const addresses = byInterface.get(device) ?? [];
    if (!addresses.some(({ address }) => address === placed.address))
      addresses.push({ address: placed.address, prefixLength: prefixOf(mask), interface: device });
    byInterface.set(device, addresses);
  };
  for (const virtual of virtuals) add(virtual.address, virtual.mask);
  if (globals.network === 'nat') add(globals.natRouter, globals.natMask);
  return [...byInterface].map(([device, virtualAddresses], index) => ({
    name: `LVS_${device}`,
    version: 2,
    interface: device,
    vrid: firstRouterId + index,
    priority: priorities[role],
    advertIntervalMs: globals.keepaliveSeconds * 1000,
    startsAs: role === 'primary' ? 'MASTER' : 'BACKUP',
    preempt: true,
    preemptDelayMs: 0,
    virtualAddresses,
    gratuitousArp: {
      repeat: keepalivedDefaults.garpRepeat,
      delayMs: keepalivedDefaults.garpDelayMs,
      refreshMs: keepalivedDefaults.garpRefreshMs,
      refreshRepeat: keepalivedDefaults.garpRefreshRepeat,
    },
    syncGroup: 'LVS',
  }));
}

/** 32 for what is no contiguous mask. */
function prefixOf(mask: string | undefined): number {
  const bits = (mask ?? '')
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('');
  const ones = /^(1*)0*$/.exec(bits)?.[1]?.length ?? 0;
  return mask === undefined || ones === 0 ? 32 : ones;
}
