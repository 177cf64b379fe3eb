import type { SyncDaemon } from '../../api/table.ts';
import { MessageReader } from './message-reader.ts';
import { kernelSettings } from './settings.ts';
import type { SyncSettings } from './settings.ts';
import { SimulatedTable } from './simulated-table.ts';
import { Synchronizer } from './synchronizer.ts';
import type { SyncRole } from './synchronizer.ts';

export function daemon(role: SyncRole, syncId = 5): SyncDaemon {
  const group = '224.0.0.81';
  return { role, interface: 'eth0', syncId, maximumLength: 1472, group, port: 8848, ttl: 1 };
}

/** A director without a network: what it sends is collected. */
export class SimulatedNode {
  readonly table = new SimulatedTable();
  readonly sync: Synchronizer;
  readonly sent: Uint8Array[] = [];

  constructor(settings: Partial<SyncSettings> = {}) {
    this.sync = new Synchronizer(this.table, { ...kernelSettings, ...settings });
  }

  /** A packet from the client. */
  packetIn(entry: number, now: number): void {
    this.sync.packetIn(entry, now);
  }

  run(now: number): void {
    this.sync.run(now, (_, message) => {
      this.sent.push(message.slice());
      return true;
    });
  }

  /** Client ports in the messages sent so far. */
  announced(): number[] {
    const ports: number[] = [];
    for (const message of this.sent) new MessageReader(0).read(message, ({ clientPort }) => ports.push(clientPort));
    return ports;
  }

  deliver(to: SimulatedNode, role: SyncRole, now: number): void {
    for (const message of this.sent.splice(0)) to.sync.receive(role, message, now);
  }
}

export function master(settings: Partial<SyncSettings> = {}): SimulatedNode {
  const node = new SimulatedNode(settings);
  node.sync.start(daemon('master'), 0);
  return node;
}

/** At which packets an entry that stays as it is is announced. */
export function announcedPackets(node: SimulatedNode, entry: number, packets: number, msBetween = 0): number[] {
  const at: number[] = [];
  for (let packet = 1; packet <= packets; packet++) {
    const now = packet * msBetween;
    node.packetIn(entry, now);
    // Only what this packet has put in.
    node.run(now + 2000);
    if (node.sent.splice(0).length > 0) at.push(packet);
  }
  return at;
}
