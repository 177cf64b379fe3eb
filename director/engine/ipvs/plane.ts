import type { ForwardingMethod, VirtualServiceSnapshot } from '../../api/snapshot.ts';

/** A server in the table of a virtual service. */
export interface RealServerDefinition {
  readonly address: string;
  readonly port: number;
  readonly forwarding: ForwardingMethod;
  /** 0–65535; 0 = quiesced: no new connections. */
  readonly weight: number;
}

export interface ServiceDefinition {
  readonly protocol: 'TCP' | 'UDP';
  readonly address: string;
  readonly port: number;
  readonly scheduler: string;
  /** In the order in which they were added; the kernel schedules in the reverse order (ip_vs_ctl.c: new ones at the head). */
  readonly realServers: readonly RealServerDefinition[];
}

/** One connection entry, as `ipvsadm -L -c` shows it. */
export interface ConnectionSnapshot {
  readonly protocol: 'TCP' | 'UDP';
  /** Name of the TCP state (include/net/ip_vs.h); `UDP` for UDP, as the kernel prints it. */
  readonly state: string;
  readonly expiresInSeconds: number;
  readonly clientAddress: string;
  readonly clientPort: number;
  readonly virtualAddress: string;
  readonly virtualPort: number;
  readonly serverAddress: string;
  readonly serverPort: number;
}

/**
 * What moves the packets: the `packet` plane today, eBPF and kernel IPVS later. The control part of the director hands it the
 * whole table whenever it changes; the plane works out the difference and keeps connections, counters and scheduler state
 * of whatever stays.
 */
export interface ForwardingPlane {
  readonly name: 'packet';
  readonly reason: string;
  start(): Promise<void>;
  apply(services: readonly ServiceDefinition[]): void;
  /**
   * The addresses that this director holds now: services on other addresses forward nothing, and their rules have no effect.
   * Best called just before an address is added to an interface and just after it was removed, so that no packet falls between.
   */
  setLocalAddresses(addresses: readonly string[]): void;
  /** More interfaces on which clients are; those of the start stay. Names that are known already change nothing. */
  addInterfaces(names: readonly string[]): void;
  /** The latest figures, at most 250 ms old. */
  services(): VirtualServiceSnapshot[];
  /** The connection entries of this moment, in no particular order. */
  connections(): Promise<ConnectionSnapshot[]>;
  /** Called when a figure or an entry changed, at most four times a second; returns the way to stop. */
  onChange(listener: () => void): () => void;
  /** Resolves when rules, rings and threads are gone. */
  stop(): Promise<void>;
}
