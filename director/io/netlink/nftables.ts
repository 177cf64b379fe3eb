import { ipv4ToNumber } from '../../engine/vrrp/addresses.ts';
import { attribute, bigEndian32, concatenate, encodeMessage, flags, nest, text } from './message.ts';
import { NetlinkError, NetlinkSocket, protocols } from './socket.ts';

/**
 * The few messages of nf_tables (linux/netfilter/nf_tables.h) that a masquerading table needs, sent straight to the
 * kernel: the nodes need no `nft` for it, and no process is started while the addresses move.
 */
const subsystem = 10;
const messages = { newTable: 0, deleteTable: 2, newChain: 3, newRule: 6 } as const;
const batchBegin = 0x10;
const batchEnd = 0x11;
const families = { ip: 2, netdev: 5 } as const;
const register1 = bigEndian32(1);
const hookPostrouting = 4;
/** Where source addresses are translated: NF_IP_PRI_NAT_SRC. */
const prioritySourceNat = 100;
const networkHeader = bigEndian32(1);
const metaOutInterfaceName = bigEndian32(7);
const equal = bigEndian32(0);
/** NFT_TABLE_F_OWNER */
const flagOwner = 2;

/** Packets from this network that leave through this interface get its address as their source. */
export interface Masquerade {
  readonly network: string;
  readonly prefixLength: number;
  readonly outInterface: string;
}

/**
 * A table that belongs to this process: it goes when `close` is called, or with the process itself, because the kernel
 * removes an owned table with its socket.
 */
export class MasqueradeTable {
  readonly #name: string;
  #socket: NetlinkSocket | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  get active(): boolean {
    return this.#socket !== undefined;
  }

  /** Puts the table in place with just these rules, in one transaction, whatever was in it before. */
  replace(rules: readonly Masquerade[]): void {
    const name = attribute(1, text(this.#name));
    this.#socket ??= new NetlinkSocket(protocols.netfilter);
    transact(this.#socket, `set up table ip ${this.#name}`, [
      // Made first, so that deleting finds it, whether it was there or not.
      { type: messages.newTable, flags: flags.create, parts: [name] },
      { type: messages.deleteTable, flags: 0, parts: [name] },
      { type: messages.newTable, flags: flags.create, parts: [name, attribute(2, bigEndian32(flagOwner))] },
      { type: messages.newChain, flags: flags.create, parts: [postroutingChain(this.#name)] },
      ...rules.map((rule) => ({
        type: messages.newRule,
        flags: flags.create | flags.append,
        parts: [masqueradeRule(this.#name, rule)],
      })),
    ]);
  }

  close(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }
}

export type TableFamily = keyof typeof families;

/** Removes a table that some earlier process left; false when there was none. */
export function deleteTable(family: TableFamily, table: string): boolean {
  const socket = new NetlinkSocket(protocols.netfilter);
  try {
    const part = { type: messages.deleteTable, flags: 0, parts: [attribute(1, text(table))] };
    transact(socket, `delete table ${family} ${table}`, [part], family);
    return true;
  } catch (error) {
    if (error instanceof NetlinkError && error.code === 'ENOENT') return false;
    throw error;
  } finally {
    socket.close();
  }
}

interface Part {
  readonly type: number;
  readonly flags: number;
  readonly parts: readonly Uint8Array[];
}

function transact(socket: NetlinkSocket, what: string, parts: readonly Part[], family: TableFamily = 'ip'): void {
  const ours = parts.map((part, index) => {
    const wanted = flags.request | flags.acknowledge | part.flags;
    return encodeMessage((subsystem << 8) | part.type, wanted, index + 2, header(families[family], 0), ...part.parts);
  });
  const begin = encodeMessage(batchBegin, flags.request, 1, header(0, subsystem));
  const end = encodeMessage(batchEnd, flags.request, parts.length + 2, header(0, subsystem));
  socket.sendAll(what, [begin, ...ours, end], parts.length);
}

/** struct nfgenmsg */
function header(family: number, resource: number): Uint8Array {
  return Uint8Array.of(family, 0, resource >> 8, resource & 255);
}

function postroutingChain(table: string): Uint8Array {
  const hook = nest(4, attribute(1, bigEndian32(hookPostrouting)), attribute(2, bigEndian32(prioritySourceNat)));
  return concatenate([attribute(1, text(table)), attribute(3, text('postrouting')), hook, attribute(7, text('nat'))]);
}

function masqueradeRule(table: string, { network, prefixLength, outInterface }: Masquerade): Uint8Array {
  const mask = bigEndian32(prefixLength === 0 ? 0 : (0xffffffff << (32 - prefixLength)) >>> 0);
  const name = new Uint8Array(16); // IFNAMSIZ
  name.set(text(outInterface));
  const expressions = nest(
    4,
    // ip saddr & mask == network
    expression('payload', [1, register1], [2, networkHeader], [3, bigEndian32(12)], [4, bigEndian32(4)]),
    expression(
      'bitwise',
      [1, register1],
      [2, register1],
      [3, bigEndian32(4)],
      [4, data(mask)],
      [5, data(bigEndian32(0))],
    ),
    expression('cmp', [1, register1], [2, equal], [3, data(bigEndian32(ipv4ToNumber(network)))]),
    expression('meta', [2, metaOutInterfaceName], [1, register1]),
    expression('cmp', [1, register1], [2, equal], [3, data(name)]),
    expression('masq'),
  );
  return concatenate([attribute(1, text(table)), attribute(2, text('postrouting')), expressions]);
}

function expression(name: string, ...attributes: (readonly [number, Uint8Array])[]): Uint8Array {
  const body = attributes.map(([type, value]) => attribute(type, value));
  return nest(1, attribute(1, text(name)), nest(2, ...body));
}

function data(value: Uint8Array): Uint8Array {
  return attribute(1, value);
}
