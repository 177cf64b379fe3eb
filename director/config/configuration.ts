import type { VirtualServerConfiguration } from '../engine/checks/configuration.ts';
import type { VrrpInstanceConfiguration } from '../engine/vrrp/configuration.ts';

/** What a configuration file asks of the director, whatever its format; every default is filled in. */
export interface DirectorConfiguration {
  readonly instances: readonly VrrpInstanceConfiguration[];
  readonly virtualServers: readonly VirtualServerConfiguration[];
}
