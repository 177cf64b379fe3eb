import type { Address, Family } from '../../engine/address.ts';
import { LONGEST_SMALL_FRAME } from './receive-ring.ts';
import type { Endpoint, RuleServices } from './rule-services.ts';

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

/** Instruction codes of linux/filter.h. */
export const classicCodes = {
  loadWord: 0x20,
  loadHalf: 0x28,
  loadByte: 0x30,
  loadLength: 0x80,
  loadHalfIndexed: 0x48,
  loadHeaderLength: 0xb1,
  jump: 0x05,
  jumpIfEqual: 0x15,
  jumpIfGreater: 0x25,
  jumpIfSet: 0x45,
  return: 0x06,
} as const;

/** BPF_MAXINSNS. */
const LONGEST_PROGRAM = 4096;
const WHOLE_FRAME = 0x40000;
/** Instructions in front of a selection. */
const LENGTH_TEST = 3;

// Offsets in an Ethernet frame.
const ETHERTYPE = 12;
const IPV4 = 14;
const FRAGMENT = 20;
const PROTOCOL = 23;
const SOURCE = 26;
const DESTINATION = 30;
const IPV6_NEXT_HEADER = 20;
const IPV6_SOURCE = 22;
const IPV6_DESTINATION = 38;
const ICMP = 1;
const ICMPV6 = 58;

const load = (code: number, operand: number): Instruction => ({ code, jumpTrue: 0, jumpFalse: 0, operand });
const accept = load(classicCodes.return, WHOLE_FRAME);
const reject = load(classicCodes.return, 0);

/** Goes on with the next instruction when the accumulator is `operand`, else skips it. */
const ifEqual = (operand: number): Instruction => ({
  code: classicCodes.jumpIfEqual,
  jumpTrue: 0,
  jumpFalse: 1,
  operand,
});

/**
 * What an interface's two rings accept: between them every frame that matters, once. A program of its own for each ring, because
 * the one for small frames takes those up to LONGEST_SMALL_FRAME, and the other one the rest.
 */
export type RingSize = 'small' | 'large';

/** `services` undefined: nothing concerns us yet. */
export function selection(services: RuleServices | undefined): readonly Instruction[] {
  const program = services === undefined ? [reject] : socketFilter(services);
  return program.length + LENGTH_TEST <= LONGEST_PROGRAM ? program : [accept];
}

/** The whole program of a ring. */
export function ringFilter(size: RingSize, selected: readonly Instruction[]): readonly Instruction[] {
  const isLong = { code: classicCodes.jumpIfGreater, operand: LONGEST_SMALL_FRAME };
  const mine = size === 'small' ? { jumpTrue: 0, jumpFalse: 1 } : { jumpTrue: 1, jumpFalse: 0 };
  return [load(classicCodes.loadLength, 0), { ...isLong, ...mine }, reject, ...selected];
}

/**
 * Accepts ICMP, everything to a virtual address, and from masqueraded servers what comes from a service's port or is a later
 * fragment. Firewall marks can be on anything: with a service by mark every frame is accepted.
 */
export function socketFilter(services: RuleServices): Instruction[] {
  if (services.marks.length > 0) return [accept];
  const virtual = [...services.noted, ...services.quiet, ...services.everyPort, ...services.ftp];
  const ipv4 = filterIpv4(wordsOf(virtual, 4), wordsOf(services.servers, 4), portsOf(services.servers));
  return [
    load(classicCodes.loadHalf, ETHERTYPE),
    ifEqual(0x86dd),
    // Jumps of conditions reach 255 instructions, this one any distance.
    load(classicCodes.jump, ipv4.length + 2),
    { ...ifEqual(0x0800), jumpTrue: 1, jumpFalse: 0 },
    reject,
    ...ipv4,
    ...filterIpv6(wordsOf(virtual, 6), wordsOf(services.servers, 6)),
  ];
}

function filterIpv4(virtual: Uint32Array[], servers: Uint32Array[], ports: readonly number[]): Instruction[] {
  const fromServer: Instruction[] = [
    load(classicCodes.loadHalf, FRAGMENT),
    { code: classicCodes.jumpIfSet, jumpTrue: 0, jumpFalse: 1, operand: 0x1fff },
    accept,
    ...(ports.includes(0)
      ? [accept]
      : [
          load(classicCodes.loadHeaderLength, IPV4),
          load(classicCodes.loadHalfIndexed, IPV4),
          ...ports.flatMap((port) => [ifEqual(port), accept]),
          reject,
        ]),
  ];
  return [
    load(classicCodes.loadByte, PROTOCOL),
    ifEqual(ICMP),
    accept,
    load(classicCodes.loadWord, DESTINATION),
    ...virtual.flatMap((words) => [ifEqual(words[3] ?? 0), accept]),
    load(classicCodes.loadWord, SOURCE),
    // From each comparison over the ones that follow, and over the final rejection, to the part about servers.
    ...servers.flatMap((words, index) => [
      ifEqual(words[3] ?? 0),
      load(classicCodes.jump, (servers.length - 1 - index) * 2 + 1),
    ]),
    reject,
    ...fromServer,
  ];
}

/** Ports are not looked at: they may lie behind any number of extension headers. */
function filterIpv6(virtual: Uint32Array[], servers: Uint32Array[]): Instruction[] {
  const address = (at: number, words: Uint32Array): Instruction[] => [
    ...[...words].flatMap((word, index) => [
      load(classicCodes.loadWord, at + index * 4),
      // Over the rest of this address: two for each further word, and the acceptance.
      { ...ifEqual(word), jumpFalse: (3 - index) * 2 + 1 },
    ]),
    accept,
  ];
  return [
    load(classicCodes.loadByte, IPV6_NEXT_HEADER),
    ifEqual(ICMPV6),
    accept,
    ...virtual.flatMap((words) => address(IPV6_DESTINATION, words)),
    ...servers.flatMap((words) => address(IPV6_SOURCE, words)),
    reject,
  ];
}

function wordsOf(endpoints: readonly Endpoint[], family: Family): Uint32Array[] {
  const addresses = endpoints.map(({ address }): Address => address).filter((address) => address.family === family);
  return [...new Map(addresses.map(({ words }) => [words.join(), words])).values()];
}

function portsOf(servers: readonly Endpoint[]): number[] {
  return [...new Set(servers.filter(({ address }) => address.family === 4).map(({ port }) => port))];
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
