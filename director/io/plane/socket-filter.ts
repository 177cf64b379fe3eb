import { parseAddress } from '../../engine/ipvs/address.ts';
import type { Endpoint } from './answering-servers.ts';

/**
 * A classic BPF program (man 7 socket, SO_ATTACH_FILTER) for the rings: only frames that may concern a virtual service wake
 * the plane, so that what the node routes or serves otherwise costs nothing here. It may let too much through, never too
 * little: the engine decides.
 */
export interface Instruction {
  readonly code: number;
  readonly jumpTrue: number;
  readonly jumpFalse: number;
  readonly operand: number;
}

// Instruction codes of linux/filter.h.
const LOAD_WORD = 0x20;
const LOAD_HALF = 0x28;
const LOAD_BYTE = 0x30;
const LOAD_HALF_INDEXED = 0x48;
const LOAD_HEADER_LENGTH = 0xb1;
const JUMP = 0x05;
const JUMP_IF_EQUAL = 0x15;
const JUMP_IF_SET = 0x45;
const RETURN = 0x06;

/** BPF_MAXINSNS. */
const LONGEST_PROGRAM = 4096;
const WHOLE_FRAME = 0x40000;

// Offsets in an Ethernet frame with IPv4.
const ETHERTYPE = 12;
const IPV4 = 14;
const FRAGMENT = 20;
const PROTOCOL = 23;
const SOURCE = 26;
const DESTINATION = 30;

const load = (code: number, operand: number): Instruction => ({ code, jumpTrue: 0, jumpFalse: 0, operand });
const accept = load(RETURN, WHOLE_FRAME);
const reject = load(RETURN, 0);

/** Goes on with the next instruction when the accumulator is `operand`, else skips it. */
const ifEqual = (operand: number): Instruction => ({ code: JUMP_IF_EQUAL, jumpTrue: 0, jumpFalse: 1, operand });

/**
 * Accepts ICMP, everything to a virtual address, and from real servers what comes from a service's port or is a later fragment.
 * A table too long for a program gets one that accepts every frame.
 */
export function socketFilter(virtual: readonly Endpoint[], servers: readonly Endpoint[]): Instruction[] {
  const virtualAddresses = distinct(virtual.map(({ address }) => parseAddress(address)));
  const serverAddresses = distinct(servers.map(({ address }) => parseAddress(address)));
  const ports = distinct(servers.map(({ port }) => port));
  const fromServer: Instruction[] = [
    load(LOAD_HALF, FRAGMENT),
    { code: JUMP_IF_SET, jumpTrue: 0, jumpFalse: 1, operand: 0x1fff },
    accept,
    load(LOAD_HEADER_LENGTH, IPV4),
    load(LOAD_HALF_INDEXED, IPV4),
    ...ports.flatMap((port) => [ifEqual(port), accept]),
    reject,
  ];
  const program = [
    load(LOAD_HALF, ETHERTYPE),
    { ...ifEqual(0x0800), jumpTrue: 1, jumpFalse: 0 },
    reject,
    load(LOAD_BYTE, PROTOCOL),
    ifEqual(1),
    accept,
    load(LOAD_WORD, DESTINATION),
    ...virtualAddresses.flatMap((address) => [ifEqual(address), accept]),
    load(LOAD_WORD, SOURCE),
    // From each comparison over the ones that follow, and over the final rejection, to the part about servers.
    ...serverAddresses.flatMap((address, index) => [
      ifEqual(address),
      load(JUMP, (serverAddresses.length - 1 - index) * 2 + 1),
    ]),
    reject,
    ...fromServer,
  ];
  return program.length <= LONGEST_PROGRAM ? program : [accept];
}

function distinct(values: readonly (number | undefined)[]): number[] {
  return [...new Set(values.filter((value) => value !== undefined))];
}

/** struct sock_filter, one after the other. */
export function encodeFilter(program: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(program.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [index, { code, jumpTrue, jumpFalse, operand }] of program.entries()) {
    view.setUint16(index * 8, code, true);
    view.setUint8(index * 8 + 2, jumpTrue);
    view.setUint8(index * 8 + 3, jumpFalse);
    view.setUint32(index * 8 + 4, operand, true);
  }
  return bytes;
}
