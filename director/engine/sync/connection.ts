import type { Family } from '../address.ts';

/** Connection flags as they travel (include/uapi/linux/ip_vs.h, IP_VS_CONN_F_*). */
export const SYNC_FLAG = {
  /** 0 masquerading, 1 local, 2 tunnel, 3 direct routing, 4 bypass. */
  forwarding: 0x7,
  /** The entry was learned from a sync message. */
  sync: 0x20,
  hashed: 0x40,
  noOutput: 0x80,
  inactive: 0x100,
  outputSequence: 0x200,
  inputSequence: 0x400,
  noClientPort: 0x800,
  template: 0x1000,
  onePacket: 0x2000,
} as const;

export const SEQUENCE_FLAGS = SYNC_FLAG.outputSequence | SYNC_FLAG.inputSequence;

/** What a backup takes over from a message (IP_VS_CONN_F_BACKUP_MASK). */
export const BACKUP_FLAGS =
  SYNC_FLAG.forwarding |
  SYNC_FLAG.noOutput |
  SYNC_FLAG.inactive |
  SEQUENCE_FLAGS |
  SYNC_FLAG.noClientPort |
  SYNC_FLAG.template;

/** What a later message may change in an entry (IP_VS_CONN_F_BACKUP_UPD_MASK). */
export const BACKUP_UPDATE_FLAGS = SYNC_FLAG.inactive | SEQUENCE_FLAGS;

/** How a helper has shifted the sequence numbers of one direction (struct ip_vs_seq); all unsigned 32-bit. */
export interface SequenceShift {
  readonly initial: number;
  readonly delta: number;
  readonly previousDelta: number;
}

export interface SequenceShifts {
  readonly input: SequenceShift;
  readonly output: SequenceShift;
}

/** A persistence engine's key (`ip_vs_pe_sip`: the call id). */
export interface EngineData {
  /** 1–16 letters of ASCII. */
  readonly name: string;
  /** 1–255 bytes. */
  readonly data: Uint8Array;
}

/** One connection entry or persistence template of a sync message. Mutable: readers and writers use one for all. */
export class SyncConnection {
  family: Family = 4;
  /** IP protocol number; 0 in the template of a firewall mark. */
  protocol = 0;
  flags = 0;
  /** Number of the state: of TCP, 0 for UDP, 0 or 1 (assured) for templates. */
  state = 0;
  clientPort = 0;
  virtualPort = 0;
  serverPort = 0;
  mark = 0;
  /** Of the whole timeout, not of what is left; 0 = the protocol's own. */
  timeoutSeconds = 0;
  /** Words 0–3 client, 4–7 virtual, 8–11 server; an IPv4 address is in word 3, 7 or 11, the others are 0. */
  readonly addresses = new Uint32Array(12);
  sequences: SequenceShifts | undefined;
  engine: EngineData | undefined;

  get isTemplate(): boolean {
    return (this.flags & SYNC_FLAG.template) !== 0;
  }
}
