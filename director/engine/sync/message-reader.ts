import { BACKUP_FLAGS, SEQUENCE_FLAGS, SYNC_FLAG, SyncConnection } from './connection.ts';
import type { EngineData, SequenceShift, SequenceShifts } from './connection.ts';
import {
  align4,
  ENGINE_DATA_MAXIMUM,
  ENGINE_NAME_MAXIMUM,
  HEADER_V0,
  HEADER_V1,
  OPTION_ENGINE_DATA,
  OPTION_ENGINE_NAME,
  OPTION_HEADER,
  OPTION_IS_OPTIONAL,
  OPTION_SEQUENCES,
  SEQUENCES_SIZE,
  SIZE_IPV4,
  SIZE_IPV6,
  SIZE_MASK,
  SIZE_V0,
  TYPE_IPV6,
  VERSION,
  VERSION_SHIFT,
} from './format.ts';

/** Why a message, or what was left of it, was thrown away. */
export type MessageProblem =
  | 'too-short'
  | 'size-differs'
  | 'other-sync-id'
  | 'connection-cut-off'
  | 'unknown-connection-version'
  | 'unknown-connection-type'
  | 'bad-option';

/** Why one connection of a good message was left out. */
export type ConnectionProblem = 'unknown-option' | 'unknown-protocol' | 'unknown-state' | 'engine-without-name';

export interface ReadResult {
  /** Connections that were visited, also of a message that turned out bad later on. */
  readonly visited: number;
  readonly skipped: readonly ConnectionProblem[];
  readonly problem?: MessageProblem;
  /** How many connections the message says it has; 0 asks a master of ours for all that it has. */
  readonly announced: number;
}

const TCP = 6;
const UDP = 17;
/** Number of states by protocol (IP_VS_TCP_S_LAST, IP_VS_UDP_S_LAST). */
const STATES = new Map([
  [TCP, 11],
  [UDP, 1],
]);

interface Options {
  sequences: SequenceShifts | undefined;
  data: Uint8Array | undefined;
  name: Uint8Array | undefined;
}

/**
 * Reads messages of version 1 and 0 as ip_vs_process_message does: what stands before an error in a message is visited, what
 * stands behind it is not. Never throws.
 */
export class MessageReader {
  private readonly syncId: number;
  private readonly connection = new SyncConnection();

  /** `syncId` 0 takes the messages of every id. */
  constructor(syncId: number) {
    this.syncId = syncId;
  }

  /** `visit` gets one object again and again, with the flags that a backup may take over and SYNC. */
  read(bytes: Uint8Array, visit: (connection: SyncConnection) => void): ReadResult {
    if (bytes.length < HEADER_V0) return { visited: 0, skipped: [], problem: 'too-short', announced: 0 };
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const isV1 = isVersion1(view);
    const announced = view.getUint8(isV1 ? 4 : 0);
    const run = new Run(bytes, view, this.connection, visit);
    let problem: MessageProblem | undefined;
    if (view.getUint16(2) !== bytes.length) problem = 'size-differs';
    else if (this.syncId !== 0 && view.getUint8(1) !== this.syncId) problem = 'other-sync-id';
    else problem = isV1 ? run.readV1(announced) : run.readV0(announced);
    const result = { visited: run.visited, skipped: run.skipped, announced };
    return problem === undefined ? result : { ...result, problem };
  }
}

function isVersion1(view: DataView): boolean {
  return (
    view.byteLength >= HEADER_V1 && view.getUint8(0) === 0 && view.getInt8(5) === VERSION && view.getUint16(6) === 0
  );
}

class Run {
  visited = 0;
  readonly skipped: ConnectionProblem[] = [];
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly connection: SyncConnection;
  private readonly visit: (connection: SyncConnection) => void;

  constructor(
    bytes: Uint8Array,
    view: DataView,
    connection: SyncConnection,
    visit: (connection: SyncConnection) => void,
  ) {
    this.bytes = bytes;
    this.view = view;
    this.connection = connection;
    this.visit = visit;
  }

  readV1(count: number): MessageProblem | undefined {
    const { view } = this;
    let at = HEADER_V1;
    for (let index = 0; index < count; index++) {
      if (at + SIZE_IPV4 > view.byteLength) return 'connection-cut-off';
      const versionAndSize = view.getUint16(at + 2);
      const size = versionAndSize & SIZE_MASK;
      if (at + size > view.byteLength) return 'connection-cut-off';
      if (versionAndSize >> VERSION_SHIFT !== 0) return 'unknown-connection-version';
      const problem = this.connectionV1(at, at + size);
      if (problem !== undefined) return problem;
      at += align4(size);
    }
    return undefined;
  }

  private connectionV1(at: number, end: number): MessageProblem | undefined {
    const { view, connection } = this;
    const type = view.getUint8(at);
    const isIpv6 = (type & TYPE_IPV6) !== 0;
    if (!isIpv6 && type !== 0) return 'unknown-connection-type';
    const options = at + (isIpv6 ? SIZE_IPV6 : SIZE_IPV4);
    if (options > end) return 'connection-cut-off';
    const found = this.readOptions(options, end);
    if (found === 'bad-option') return found;
    if (found === 'unknown-option') {
      this.skipped.push(found);
      return undefined;
    }
    connection.family = isIpv6 ? 6 : 4;
    connection.protocol = view.getUint8(at + 1);
    connection.flags = (view.getUint32(at + 4) & BACKUP_FLAGS) | SYNC_FLAG.sync;
    connection.state = view.getUint16(at + 8);
    connection.clientPort = view.getUint16(at + 10);
    connection.virtualPort = view.getUint16(at + 12);
    connection.serverPort = view.getUint16(at + 14);
    connection.mark = view.getUint32(at + 16);
    connection.timeoutSeconds = view.getUint32(at + 20);
    connection.addresses.fill(0);
    for (let word = isIpv6 ? 0 : 3, from = at + 24; word < 12; word += isIpv6 ? 1 : 4, from += 4)
      connection.addresses[word] = view.getUint32(from);
    connection.sequences = found.sequences;
    this.finish(found);
    return undefined;
  }

  /** An option may stand in a connection once. */
  private readOptions(from: number, end: number): Options | 'bad-option' | 'unknown-option' {
    const found: Options = { sequences: undefined, data: undefined, name: undefined };
    let at = from;
    while (at < end) {
      if (at + OPTION_HEADER > end) return 'bad-option';
      const type = this.view.getUint8(at);
      const size = this.view.getUint8(at + 1);
      const value = at + OPTION_HEADER;
      if (size === 0 || value + size > end) return 'bad-option';
      const taken = this.takeOption(type, value, size, found);
      if (taken !== 'taken') return taken;
      at = value + size;
    }
    return found;
  }

  private takeOption(
    type: number,
    at: number,
    size: number,
    found: Options,
  ): 'taken' | 'bad-option' | 'unknown-option' {
    switch (type & ~OPTION_IS_OPTIONAL) {
      case OPTION_SEQUENCES:
        if (size !== SEQUENCES_SIZE || found.sequences !== undefined) return 'bad-option';
        found.sequences = this.sequences(at, false);
        return 'taken';
      case OPTION_ENGINE_DATA:
        if (size > ENGINE_DATA_MAXIMUM || found.data !== undefined) return 'bad-option';
        found.data = this.bytes.slice(at, at + size);
        return 'taken';
      case OPTION_ENGINE_NAME:
        if (size > ENGINE_NAME_MAXIMUM || found.name !== undefined) return 'bad-option';
        found.name = this.bytes.slice(at, at + size);
        return 'taken';
      default:
        return (type & OPTION_IS_OPTIONAL) === 0 ? 'unknown-option' : 'taken';
    }
  }

  readV0(count: number): MessageProblem | undefined {
    const { view, connection } = this;
    let at = HEADER_V0;
    for (let index = 0; index < count; index++) {
      if (at + SIZE_V0 > view.byteLength) return 'connection-cut-off';
      const flags = view.getUint16(at + 20);
      const hasSequences = (flags & SEQUENCE_FLAGS) !== 0;
      if (hasSequences && at + SIZE_V0 + SEQUENCES_SIZE > view.byteLength) return 'connection-cut-off';
      connection.family = 4;
      connection.protocol = view.getUint8(at + 1);
      connection.flags = (flags & BACKUP_FLAGS) | SYNC_FLAG.sync;
      connection.state = view.getUint16(at + 22);
      connection.clientPort = view.getUint16(at + 2);
      connection.virtualPort = view.getUint16(at + 4);
      connection.serverPort = view.getUint16(at + 6);
      connection.mark = 0;
      connection.timeoutSeconds = 0;
      connection.addresses.fill(0);
      for (const [index, word] of [3, 7, 11].entries()) connection.addresses[word] = view.getUint32(at + 8 + index * 4);
      connection.sequences = hasSequences ? this.sequences(at + SIZE_V0, true) : undefined;
      this.finish({ sequences: undefined, data: undefined, name: undefined });
      at += SIZE_V0 + (hasSequences ? SEQUENCES_SIZE : 0);
    }
    return undefined;
  }

  private finish(options: Options): void {
    const { connection } = this;
    const problem = stateProblem(connection) ?? engineProblem(options);
    if (problem !== undefined) {
      this.skipped.push(problem);
      return;
    }
    connection.engine = engineOf(options);
    this.visited += 1;
    this.visit(connection);
  }

  private sequences(at: number, isLittleEndian: boolean): SequenceShifts {
    return { input: this.shift(at, isLittleEndian), output: this.shift(at + 12, isLittleEndian) };
  }

  private shift(at: number, isLittleEndian: boolean): SequenceShift {
    return {
      initial: this.view.getUint32(at, isLittleEndian),
      delta: this.view.getUint32(at + 4, isLittleEndian),
      previousDelta: this.view.getUint32(at + 8, isLittleEndian),
    };
  }
}

/** Templates may have any state and protocol: the kernel looks at neither. */
function stateProblem(connection: SyncConnection): ConnectionProblem | undefined {
  if (connection.isTemplate) return undefined;
  const states = STATES.get(connection.protocol);
  if (states === undefined) return 'unknown-protocol';
  return connection.state < states ? undefined : 'unknown-state';
}

function engineProblem({ data, name }: Options): ConnectionProblem | undefined {
  return data !== undefined && name === undefined ? 'engine-without-name' : undefined;
}

function engineOf({ data, name }: Options): EngineData | undefined {
  return data === undefined || name === undefined ? undefined : { name: String.fromCharCode(...name), data };
}
