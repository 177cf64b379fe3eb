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

// Instruction codes of linux/filter.h.
const LOAD_WORD = 0x20;
const LOAD_HALF = 0x28;
const LOAD_BYTE = 0x30;
const LOAD_LENGTH = 0x80;
const LOAD_HALF_INDEXED = 0x48;
const LOAD_HEADER_LENGTH = 0xb1;
const JUMP = 0x05;
const JUMP_IF_EQUAL = 0x15;
const JUMP_IF_GREATER = 0x25;
const JUMP_IF_SET = 0x45;
const RETURN = 0x06;

/** BPF_MAXINSNS. */
const LONGEST_PROGRAM = 4096;
const WHOLE_FRAME = 0x40000;

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
const accept = load(RETURN, WHOLE_FRAME);
const reject = load(RETURN, 0);

/** Goes on with the next instruction when the accumulator is `operand`, else skips it. */
const ifEqual = (operand: number): Instruction => ({ code: JUMP_IF_EQUAL, jumpTrue: 0, jumpFalse: 1, operand });

/** One program for each of an interface's two rings: between them they accept every frame that matters, once. */
export interface Filters {
  readonly small: readonly Instruction[];
  readonly large: readonly Instruction[];
}

/** `services` undefined: nothing concerns us yet. */
export function socketFilters(services: RuleServices | undefined): Filters {
  const program = services === undefined ? [reject] : socketFilter(services);
  const isLong = { code: JUMP_IF_GREATER, operand: LONGEST_SMALL_FRAME };
  const whole = program.length + 3 <= LONGEST_PROGRAM ? program : [accept];
  return {
    small: [load(LOAD_LENGTH, 0), { ...isLong, jumpTrue: 0, jumpFalse: 1 }, reject, ...whole],
    large: [load(LOAD_LENGTH, 0), { ...isLong, jumpTrue: 1, jumpFalse: 0 }, reject, ...whole],
  };
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
    load(LOAD_HALF, ETHERTYPE),
    ifEqual(0x86dd),
    // Jumps of conditions reach 255 instructions, this one any distance.
    load(JUMP, ipv4.length + 2),
    { ...ifEqual(0x0800), jumpTrue: 1, jumpFalse: 0 },
    reject,
    ...ipv4,
    ...filterIpv6(wordsOf(virtual, 6), wordsOf(services.servers, 6)),
  ];
}

function filterIpv4(virtual: Uint32Array[], servers: Uint32Array[], ports: readonly number[]): Instruction[] {
  const fromServer: Instruction[] = [
    load(LOAD_HALF, FRAGMENT),
    { code: JUMP_IF_SET, jumpTrue: 0, jumpFalse: 1, operand: 0x1fff },
    accept,
    ...(ports.includes(0)
      ? [accept]
      : [
          load(LOAD_HEADER_LENGTH, IPV4),
          load(LOAD_HALF_INDEXED, IPV4),
          ...ports.flatMap((port) => [ifEqual(port), accept]),
          reject,
        ]),
  ];
  return [
    load(LOAD_BYTE, PROTOCOL),
    ifEqual(ICMP),
    accept,
    load(LOAD_WORD, DESTINATION),
    ...virtual.flatMap((words) => [ifEqual(words[3] ?? 0), accept]),
    load(LOAD_WORD, SOURCE),
    // From each comparison over the ones that follow, and over the final rejection, to the part about servers.
    ...servers.flatMap((words, index) => [ifEqual(words[3] ?? 0), load(JUMP, (servers.length - 1 - index) * 2 + 1)]),
    reject,
    ...fromServer,
  ];
}

/** Ports are not looked at: they may lie behind any number of extension headers. */
function filterIpv6(virtual: Uint32Array[], servers: Uint32Array[]): Instruction[] {
  const address = (at: number, words: Uint32Array): Instruction[] => [
    ...[...words].flatMap((word, index) => [
      load(LOAD_WORD, at + index * 4),
      // Over the rest of this address: two for each further word, and the acceptance.
      { ...ifEqual(word), jumpFalse: (3 - index) * 2 + 1 },
    ]),
    accept,
  ];
  return [
    load(LOAD_BYTE, IPV6_NEXT_HEADER),
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
