import * as libc from '../../libc.ts';
import { attribute, bigEndian32, encodeMessage, flags, nest, text } from '../../netlink/message.ts';
import { NetlinkError, NetlinkSocket, protocols } from '../../netlink/socket.ts';
import type { Expression } from './expressions.ts';

const SUBSYSTEM = 10;
const messages = {
  newTable: 0,
  deleteTable: 2,
  newChain: 3,
  deleteChain: 5,
  newRule: 6,
  deleteRule: 8,
  newSet: 9,
  newElements: 12,
  deleteElements: 14,
} as const;
const BATCH_BEGIN = 0x10;
const BATCH_END = 0x11;
const FAMILY_NETDEV = 5;
const TABLE_OWNER = 2;
const HOOK_INGRESS = 0;
const SET_TIMEOUT = 0x10;
const SET_EVALUATED = 0x20;
const SOL_SOCKET = 1;
const SO_SNDBUFFORCE = 32;
/** A transaction goes out as one datagram. */
const SEND_BUFFER = 16 << 20;
/** A list of elements must fit a netlink attribute of 64 kB. */
const ELEMENTS_A_MESSAGE = 1000;

export interface SetDefinition {
  readonly name: string;
  /** Number of nft's own type, so that `nft list` prints the keys in words. */
  readonly keyType: number;
  readonly keyLength: number;
  /** A set that rules fill, with elements that go by themselves; `size` at most. */
  readonly noted?: { readonly size: number };
}

interface Part {
  readonly type: number;
  readonly flags: number;
  readonly attributes: readonly Uint8Array[];
}

/** One atomic change of a table. */
export class Transaction {
  readonly parts: Part[] = [];
  private readonly table: Uint8Array;
  private nextSetId = 1;

  constructor(table: string) {
    this.table = attribute(1, text(table));
  }

  private add(type: keyof typeof messages, partFlags: number, ...attributes: Uint8Array[]): this {
    this.parts.push({ type: messages[type], flags: partFlags, attributes: [this.table, ...attributes] });
    return this;
  }

  /** The table anew and empty, whatever was in it, owned by the socket that sends this. */
  replaceTable(): this {
    return this.add('newTable', flags.create)
      .add('deleteTable', 0)
      .add('newTable', flags.create, attribute(2, bigEndian32(TABLE_OWNER)));
  }

  addSet({ name, keyType, keyLength, noted }: SetDefinition): this {
    const kind = noted === undefined ? 0 : SET_TIMEOUT | SET_EVALUATED;
    const size = noted === undefined ? [] : [nest(9, attribute(1, bigEndian32(noted.size)))];
    return this.add(
      'newSet',
      flags.create,
      attribute(2, text(name)),
      attribute(3, bigEndian32(kind)),
      attribute(4, bigEndian32(keyType)),
      attribute(5, bigEndian32(keyLength)),
      attribute(10, bigEndian32(this.nextSetId++)),
      ...size,
    );
  }

  /** `seconds`: how long they stay, in a set whose elements go by themselves. */
  addElements(set: string, keys: readonly Uint8Array[], seconds?: number): this {
    for (let at = 0; at < keys.length; at += ELEMENTS_A_MESSAGE) {
      const some = keys.slice(at, at + ELEMENTS_A_MESSAGE);
      this.add('newElements', flags.create, attribute(2, text(set)), elementList(some, seconds));
    }
    return this;
  }

  flushSet(set: string): this {
    return this.add('deleteElements', 0, attribute(2, text(set)));
  }

  addChain(chain: string): this {
    return this.add('newChain', flags.create, attribute(3, text(chain)));
  }

  /** A chain through which everything passes that comes in by an interface. */
  addIngressChain(chain: string, device: string): this {
    const hook = nest(
      4,
      attribute(1, bigEndian32(HOOK_INGRESS)),
      attribute(2, bigEndian32(0)),
      attribute(3, text(device)),
    );
    return this.add('newChain', flags.create, attribute(3, text(chain)), hook, attribute(7, text('filter')));
  }

  /** Removes a chain, whether it is there or not: one goes by itself with its interface. */
  removeChain(chain: string): this {
    return this.addChain(chain)
      .flushChain(chain)
      .add('deleteChain', 0, attribute(3, text(chain)));
  }

  flushChain(chain: string): this {
    return this.add('deleteRule', 0, attribute(2, text(chain)));
  }

  addRule(chain: string, expressions: readonly Expression[]): this {
    const name = attribute(2, text(chain));
    return this.add('newRule', flags.create | flags.append, name, nest(4, ...expressions));
  }
}

function elementList(keys: readonly Uint8Array[], seconds: number | undefined): Uint8Array {
  const timeout = new Uint8Array(8);
  new DataView(timeout.buffer).setBigUint64(0, BigInt(seconds ?? 0) * 1000n);
  const life = seconds === undefined ? [] : [attribute(4, timeout)];
  return nest(3, ...keys.map((key) => nest(1, nest(1, attribute(1, key)), ...life)));
}

/**
 * A netdev table that belongs to this socket: nobody else can change it, and the kernel removes it with the socket, however
 * the process ends (NFT_TABLE_F_OWNER).
 */
export class OwnedTable {
  readonly name: string;
  private readonly socket = new NetlinkSocket(protocols.netfilter);

  constructor(name: string) {
    this.name = name;
    libc.setsockopt(this.socket.fd, SOL_SOCKET, SO_SNDBUFFORCE, SEND_BUFFER);
  }

  /** All of it or nothing. Throws NetlinkError when the kernel refuses. */
  commit({ parts }: Transaction): void {
    const last = parts.length - 1;
    const ours = parts.map((part, index) => {
      // Refusals come back in any case; of a success one word is enough.
      const wanted = flags.request | part.flags | (index === last ? flags.acknowledge : 0);
      return encodeMessage(
        (SUBSYSTEM << 8) | part.type,
        wanted,
        index + 2,
        header(FAMILY_NETDEV, 0),
        ...part.attributes,
      );
    });
    const begin = encodeMessage(BATCH_BEGIN, flags.request, 1, header(0, SUBSYSTEM));
    const end = encodeMessage(BATCH_END, flags.request, parts.length + 2, header(0, SUBSYSTEM));
    this.socket.sendAll(`change table netdev ${this.name}`, [begin, ...ours, end], 1);
  }

  close(): void {
    this.socket.close();
  }
}

export { NetlinkError };

/** struct nfgenmsg */
function header(family: number, resource: number): Uint8Array {
  return Uint8Array.of(family, 0, resource >> 8, resource & 255);
}
