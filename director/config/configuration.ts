import type { MarkRule } from '../engine/marks.ts';
import type { SyncDaemon, Timeouts } from '../api/table.ts';
import type { VirtualServerConfiguration } from '../engine/checks/configuration.ts';
import type { ProxyConfiguration } from '../engine/proxy/configuration.ts';
import type { VrrpConfiguration, VrrpInstanceConfiguration } from '../engine/vrrp/configuration.ts';

/** Who forwards: see docs/director/planes.md. */
export const planes = ['auto', 'packet', 'rings', 'ipvs'] as const;

/** What a configuration file asks of the director, whatever its format; every default is filled in. */
export interface DirectorConfiguration {
  readonly instances: readonly VrrpInstanceConfiguration[];
  /** What the instances depend on and whom they tell: sync groups, tracked scripts and files, pipes. */
  readonly vrrp?: Omit<VrrpConfiguration, 'instances'>;
  readonly virtualServers: readonly VirtualServerConfiguration[];
  readonly marks: readonly MarkRule[];
  /** Connection synchronisation; at most one of each role. The role follows VRRP when `instance` names one of ours. */
  readonly sync?: Omit<SyncDaemon, 'role'> & { readonly instance?: string };
  readonly timeouts?: Timeouts;
  /** The admin API over HTTP: `listen` as in `--admin-listen`, and the file of the token that its callers must know. */
  readonly admin?: { readonly listen: string; readonly tokenFile: string };
  /** Of `net.ipv4.vs`, by their names there. */
  readonly sysctls?: Readonly<Record<string, readonly number[]>>;
  /** `auto`: kernel IPVS where there is one, `packet` otherwise. `rings`: `packet` without eBPF programs. */
  readonly plane: (typeof planes)[number];
  /** Layer 7; only haproxy.cfg says anything of it. */
  readonly proxies?: ProxyConfiguration;
}
