/**
 * What the packet path tells connection synchronisation. Entries are row numbers of the connection table. The packet path
 * holds `observer: ConnectionObserver | undefined` and calls nothing while no master daemon runs, so that an idle feature
 * costs one comparison a packet.
 */
export interface ConnectionObserver {
  /**
   * A packet from the client was handled: its state set, its deadline moved (where ip_vs_in calls ip_vs_sync_conn). The
   * observer counts it (in_pkts); the packet path does so while there is no observer.
   * Also for the entry that the packet created. Not for packets from servers.
   */
  packetIn(entry: number, now: number): void;
  /** So many at once, that changed no state. */
  packetsIn(entry: number, packets: number, now: number): void;
  /** A template that still controls connections got 60 more seconds (the end of ip_vs_conn_expire). */
  prolonged(entry: number, now: number): void;
  /** The entry's row is about to be free, and may soon be another connection's. */
  ended(entry: number): void;
}
