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
  /** The addresses that this director holds now: services on other addresses forward nothing, and their rules are gone. */
  setLocalAddresses(addresses: readonly string[]): void;
  /** The latest figures, at most 250 ms old. */
  services(): VirtualServiceSnapshot[];
  /** Called when a figure or an entry changed, at most four times a second; returns the way to stop. */
  onChange(listener: () => void): () => void;
  /** Resolves when rules, rings and threads are gone. */
  stop(): Promise<void>;
}
