/** Names of hosts and ports become numbers: as the C library has them, when a machine may be asked. Synchronous, as parsers are. */
export interface HostNames {
  /** The first address of that family. */
  hostAddress(name: string, family: 4 | 6): string | undefined;
  servicePort(name: string, protocol: 'TCP' | 'UDP'): number | undefined;
}
