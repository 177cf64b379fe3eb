import { attribute, bigEndian32, concatenate, nest, text } from '../../netlink/message.ts';

/** The expressions of nf_tables rules that the plane uses (linux/netfilter/nf_tables.h), encoded for netlink. */
export type Expression = Uint8Array;

/** NFT_REG32_00: the first of sixteen registers of four bytes. Keys of several fields lie in registers that follow each other. */
export const FIRST_REGISTER = 8;

export const metaKeys = { protocol: 1, mark: 3, inputInterfaceName: 6, transportProtocol: 16 } as const;
const bases = { network: 1, transport: 2 } as const;
const comparisons = { equal: 0, notEqual: 1, less: 2, lessOrEqual: 3, greater: 4, greaterOrEqual: 5 } as const;
const setOperations = { add: 0, update: 1, delete: 2 } as const;
/** NFT_FIB_RESULT_ADDRTYPE of NFTA_FIB_F_DADDR. */
const FIB_ADDRESS_TYPE = 3;
const FIB_DESTINATION = 2;
const RTN_LOCAL = 2;
const NF_DROP = 0;
const NFT_JUMP = -3;
const NFT_GOTO = -4;
const NFT_RETURN = -5;

function expression(name: string, ...attributes: (readonly [number, Uint8Array])[]): Expression {
  const body = attributes.map(([type, value]) => attribute(type, value));
  return nest(1, attribute(1, text(name)), nest(2, ...body));
}

const number = (value: number): Uint8Array => bigEndian32(value);
const data = (value: Uint8Array): Uint8Array => attribute(1, value);

/** Numbers of the machine's own order (meta values): little-endian on every machine this runs on. */
export function native32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}

export function meta(key: keyof typeof metaKeys, register: number): Expression {
  return expression('meta', [2, number(metaKeys[key])], [1, number(register)]);
}

/** Sets the packet's mark from a register. */
export function setMark(register: number): Expression {
  return expression('meta', [2, number(metaKeys.mark)], [3, number(register)]);
}

export function payload(base: keyof typeof bases, offset: number, length: number, register: number): Expression {
  return expression(
    'payload',
    [1, number(register)],
    [2, number(bases[base])],
    [3, number(offset)],
    [4, number(length)],
  );
}

export function compare(register: number, how: keyof typeof comparisons, value: Uint8Array): Expression {
  return expression('cmp', [1, number(register)], [2, number(comparisons[how])], [3, data(value)]);
}

export function bitmask(register: number, mask: Uint8Array): Expression {
  return changeBits(register, mask, new Uint8Array(mask.length));
}

/** `register = register & mask ^ toggled` */
export function changeBits(register: number, mask: Uint8Array, toggled: Uint8Array): Expression {
  return expression(
    'bitwise',
    [1, number(register)],
    [2, number(register)],
    [3, number(mask.length)],
    [4, data(mask)],
    [5, data(toggled)],
  );
}

/** Goes on when the key that begins in `register` is in the set. */
export function lookup(set: string, register: number): Expression {
  return expression('lookup', [1, text(set)], [2, number(register)]);
}

/** Changes a set by the packet's own key. `seconds`: how long the element lives without another packet. */
export function changeSet(
  operation: keyof typeof setOperations,
  set: string,
  register: number,
  seconds?: number,
): Expression {
  const milliseconds = new Uint8Array(8);
  new DataView(milliseconds.buffer).setBigUint64(0, BigInt(seconds ?? 0) * 1000n);
  return expression(
    'dynset',
    [1, text(set)],
    [3, number(setOperations[operation])],
    [4, number(register)],
    ...(seconds === undefined ? [] : ([[6, milliseconds]] as const)),
  );
}

/** Puts a constant into a register. */
export function immediate(register: number, value: Uint8Array): Expression {
  return expression('immediate', [1, number(register)], [2, data(value)]);
}

/** Goes on when the destination is an address of this host. */
export function destinationIsLocal(register: number): Expression[] {
  return [
    expression('fib', [1, number(register)], [2, number(FIB_ADDRESS_TYPE)], [3, number(FIB_DESTINATION)]),
    compare(register, 'equal', native32(RTN_LOCAL)),
  ];
}

function verdict(code: number, chain?: string): Expression {
  const parts = [attribute(1, number(code >>> 0)), ...(chain === undefined ? [] : [attribute(2, text(chain))])];
  return expression('immediate', [1, number(0)], [2, nest(2, ...parts)]);
}

export const drop = verdict(NF_DROP);
export const leaveChain = verdict(NFT_RETURN);

export function jumpTo(chain: string): Expression {
  return verdict(NFT_JUMP, chain);
}

export function goTo(chain: string): Expression {
  return verdict(NFT_GOTO, chain);
}

export function join(expressions: readonly Expression[]): Uint8Array {
  return concatenate(expressions);
}
