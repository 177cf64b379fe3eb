import { SEQUENCE_FLAGS, SYNC_FLAG } from './connection.ts';
import type { SequenceShift, SyncConnection } from './connection.ts';
import {
  align4,
  HEADER_V0,
  HEADER_V1,
  MOST_CONNECTIONS,
  OPTION_ENGINE_DATA,
  OPTION_ENGINE_NAME,
  OPTION_HEADER,
  OPTION_SEQUENCES,
  SEQUENCES_SIZE,
  SIZE_IPV4,
  SIZE_IPV6,
  SIZE_MASK,
  SIZE_V0,
  TYPE_IPV6,
  VERSION,
} from './format.ts';

/** One sync message while it fills (struct ip_vs_sync_buff). */
export class MessageWriter {
  readonly syncId: number;
  readonly version: 0 | 1;
  private readonly maximum: number;
  private bytes: Uint8Array;
  private view: DataView;
  private length: number;
  private count = 0;

  /** `maximum` is the largest UDP payload; one connection that is larger gets a message of its own all the same. */
  constructor(syncId: number, maximum: number, version: 0 | 1 = VERSION) {
    this.syncId = syncId;
    this.version = version;
    this.maximum = maximum;
    this.length = version === 0 ? HEADER_V0 : HEADER_V1;
    this.bytes = new Uint8Array(Math.max(maximum, this.length));
    this.view = new DataView(this.bytes.buffer);
  }

  get connections(): number {
    return this.count;
  }

  /** False, and nothing is written, when there is no room beside those that are in already. */
  add(connection: SyncConnection): boolean {
    const size = sizeOf(connection, this.version);
    const at = align4(this.length);
    if (this.count > 0 && (at + size > this.maximum || this.count === MOST_CONNECTIONS)) return false;
    if (at + size > this.bytes.length) this.grow(at + size);
    if (this.version === 0) this.writeV0(at, connection);
    else this.writeV1(at, connection, size);
    // Padding stands between two connections, never after the last one.
    this.length = at + size;
    this.count += 1;
    return true;
  }

  /** The message so far; the writer must not be used afterwards. */
  finish(): Uint8Array {
    const { view } = this;
    view.setUint8(0, this.version === 0 ? this.count : 0);
    view.setUint8(1, this.syncId);
    view.setUint16(2, this.length);
    if (this.version === 1) {
      view.setUint8(4, this.count);
      view.setInt8(5, VERSION);
    }
    return this.bytes.subarray(0, this.length);
  }

  private grow(size: number): void {
    const larger = new Uint8Array(size);
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }

  private writeV1(at: number, connection: SyncConnection, size: number): void {
    const { view } = this;
    const isIpv6 = connection.family === 6;
    view.setUint8(at, isIpv6 ? TYPE_IPV6 : 0);
    view.setUint8(at + 1, connection.protocol);
    view.setUint16(at + 2, size & SIZE_MASK);
    view.setUint32(at + 4, connection.flags & ~SYNC_FLAG.hashed);
    view.setUint16(at + 8, connection.state);
    view.setUint16(at + 10, connection.clientPort);
    view.setUint16(at + 12, connection.virtualPort);
    view.setUint16(at + 14, connection.serverPort);
    view.setUint32(at + 16, connection.mark);
    view.setUint32(at + 20, connection.timeoutSeconds);
    let next = at + 24;
    for (let word = isIpv6 ? 0 : 3; word < 12; word += isIpv6 ? 1 : 4, next += 4)
      view.setUint32(next, connection.addresses[word] ?? 0);
    if ((connection.flags & SEQUENCE_FLAGS) !== 0) next = this.writeSequences(next, connection);
    this.writeEngine(next, connection);
  }

  private writeSequences(at: number, { sequences }: SyncConnection): number {
    this.view.setUint8(at, OPTION_SEQUENCES);
    this.view.setUint8(at + 1, SEQUENCES_SIZE);
    this.writeShift(at + 2, sequences?.input, false);
    this.writeShift(at + 14, sequences?.output, false);
    return at + OPTION_HEADER + SEQUENCES_SIZE;
  }

  private writeShift(at: number, shift: SequenceShift | undefined, isLittleEndian: boolean): void {
    this.view.setUint32(at, shift?.initial ?? 0, isLittleEndian);
    this.view.setUint32(at + 4, shift?.delta ?? 0, isLittleEndian);
    this.view.setUint32(at + 8, shift?.previousDelta ?? 0, isLittleEndian);
  }

  private writeEngine(at: number, { engine }: SyncConnection): void {
    if (engine === undefined) return;
    const name = Array.from(engine.name, (letter) => letter.charCodeAt(0));
    this.bytes.set([OPTION_ENGINE_DATA, engine.data.length], at);
    this.bytes.set(engine.data, at + OPTION_HEADER);
    const next = at + OPTION_HEADER + engine.data.length;
    this.bytes.set([OPTION_ENGINE_NAME, name.length], next);
    this.bytes.set(name, next + OPTION_HEADER);
  }

  /** Version 0 has no marks, no timeouts, no IPv6, and its sequence numbers are in the sender's byte order. */
  private writeV0(at: number, connection: SyncConnection): void {
    const { view } = this;
    view.setUint8(at, 0);
    view.setUint8(at + 1, connection.protocol);
    view.setUint16(at + 2, connection.clientPort);
    view.setUint16(at + 4, connection.virtualPort);
    view.setUint16(at + 6, connection.serverPort);
    view.setUint32(at + 8, connection.addresses[3] ?? 0);
    view.setUint32(at + 12, connection.addresses[7] ?? 0);
    view.setUint32(at + 16, connection.addresses[11] ?? 0);
    view.setUint16(at + 20, connection.flags & ~SYNC_FLAG.hashed);
    view.setUint16(at + 22, connection.state);
    if ((connection.flags & SEQUENCE_FLAGS) === 0) return;
    this.writeShift(at + 24, connection.sequences?.input, true);
    this.writeShift(at + 36, connection.sequences?.output, true);
  }
}

function sizeOf(connection: SyncConnection, version: 0 | 1): number {
  const hasSequences = (connection.flags & SEQUENCE_FLAGS) !== 0;
  if (version === 0) return SIZE_V0 + (hasSequences ? SEQUENCES_SIZE : 0);
  let size = connection.family === 6 ? SIZE_IPV6 : SIZE_IPV4;
  if (hasSequences) size += OPTION_HEADER + SEQUENCES_SIZE;
  const { engine } = connection;
  if (engine !== undefined) size += OPTION_HEADER + engine.data.length + OPTION_HEADER + engine.name.length;
  return size;
}
