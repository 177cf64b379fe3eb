import { Assembler } from '../../bpf/assembler.ts';
import { helpers } from '../../bpf/helpers.ts';
import { PROTOCOL_TCP, PROTOCOL_UDP } from '../../../engine/packet/packet.ts';
import type { Family } from '../../../engine/address.ts';
import { LONGEST_SMALL_FRAME } from '../receive-ring.ts';
import type { Instruction, RingSize } from '../socket-filter.ts';
import { appendClassic } from './classic.ts';
import { frame, KEY_SIZE, keyAt, kindOf, leaseAt, ORDER_SIZE, orderAt } from './lease.ts';

/** Fields of struct __sk_buff. */
const context = { length: 0, packetType: 4, protocol: 16, hasVlan: 20, segmentSize: 176 } as const;

const CONTEXT = 6;
const LENGTH = 7;
const LEASE = 8;
const ORDER = 9;
const STACK = 10;

/** On the stack: the packet from its IP header on, the key, and the number of the order. */
const IP = -56;
const KEY = IP - KEY_SIZE;
const NUMBER = KEY - 8;

const ETHERNET = 14;
const ACK = 0x10;
const ACK_AND_ENDS = 0x17;
const UDP_HEADER = 8;

/** EtherTypes and bit masks as this machine, which is little-endian like all that run Node, reads them from packets. */
const swap16 = (value: number): number => ((value & 0xff) << 8) | (value >> 8);

export interface Maps {
  readonly leases: number;
  readonly orders: number;
}

/**
 * The filter of a ring's socket: a frame under a lease is kept from the ring, and the order for it is left for the program that
 * runs next, on the same processor, for the same frame. All others meet the classic filter. Frames of the other ring's size
 * are not looked at, so that just one of an interface's two filters decides about a frame.
 *
 * Only packets that change nothing but counters are kept from the engine: those with nothing unusual in their headers, no
 * SYN, FIN or RST, hops left, and no larger than the way allows.
 */
export function decidingProgram(size: RingSize, maps: Maps, classic: readonly Instruction[]): Uint8Array {
  const program = new Assembler();
  program.copy(CONTEXT, 1).load('word', 0, CONTEXT, context.length);
  if (size === 'small') program.jumpIf(0, 'above', LONGEST_SMALL_FRAME, 'not mine');
  else program.jumpIf(0, 'above', LONGEST_SMALL_FRAME, 'mine').jump('not mine');
  program.label('mine');
  findOrder(program, maps.orders);
  program.load('word', 1, CONTEXT, context.packetType).jumpIf(1, 'notEqual', 0, 'classic');
  program.load('word', 1, CONTEXT, context.hasVlan).jumpIf(1, 'notEqual', 0, 'classic');
  program.load('word', 1, CONTEXT, context.protocol);
  program.jumpIf(1, 'equal', swap16(0x0800), 'IPv4').jumpIf(1, 'equal', swap16(0x86dd), 'IPv6').jump('classic');
  program.label('IPv4');
  readIpv4(program);
  program.jump('find');
  program.label('IPv6');
  readIpv6(program);
  program.label('find');
  useLease(program, maps.leases);
  program.label('not mine').exitWith(0);
  program.label('classic');
  appendClassic(program, classic);
  return program.encode();
}

function findOrder(program: Assembler, orders: number): void {
  program.storeNumber('word', STACK, NUMBER, 0);
  program.setMap(1, orders).copy(2, STACK).compute('add', 2, NUMBER).call(helpers.mapLookup);
  program.jumpIfNull(0, 'classic').copy(ORDER, 0);
  program.storeNumber('word', ORDER, orderAt.valid, 0);
}

function readPacket(program: Assembler, bytes: number): void {
  program.copy(1, CONTEXT).set(2, ETHERNET).copy(3, STACK).compute('add', 3, IP).set(4, bytes).call(helpers.loadBytes);
  program.jumpIf(0, 'notEqual', 0, 'classic');
}

/** Zeros where addresses do not reach. */
function clearKey(program: Assembler): void {
  for (let at = 0; at < KEY_SIZE; at += 8) program.storeNumber('double', STACK, KEY + at, 0);
}

function readIpv4(program: Assembler): void {
  readPacket(program, frame[4].transport - ETHERNET + 14);
  program.load('byte', 1, STACK, IP).jumpIf(1, 'notEqual', 0x45, 'classic');
  // More fragments, and the offset.
  program.load('half', 1, STACK, IP + 6).jumpIf(1, 'set', swap16(0x3fff), 'classic');
  program.load('byte', 1, STACK, IP + 8).jumpIf(1, 'below', 2, 'classic');
  program.load('half', LENGTH, STACK, IP + 2).fromNetwork16(LENGTH);
  clearKey(program);
  program.load('word', 1, STACK, IP + 12).store('word', STACK, KEY + keyAt.source + 12, 1);
  program.load('word', 1, STACK, IP + 16).store('word', STACK, KEY + keyAt.destination + 12, 1);
  readTransport(program, 4, 20, 9);
}

function readIpv6(program: Assembler): void {
  readPacket(program, frame[6].transport - ETHERNET + 14);
  program.load('byte', 1, STACK, IP).compute('and', 1, 0xf0).jumpIf(1, 'notEqual', 0x60, 'classic');
  program.load('byte', 1, STACK, IP + 7).jumpIf(1, 'below', 2, 'classic');
  program
    .load('half', LENGTH, STACK, IP + 4)
    .fromNetwork16(LENGTH)
    .compute('add', LENGTH, 40);
  for (let at = 0; at < 16; at += 8) {
    program.load('double', 1, STACK, IP + 8 + at).store('double', STACK, KEY + keyAt.source + at, 1);
    program.load('double', 1, STACK, IP + 24 + at).store('double', STACK, KEY + keyAt.destination + at, 1);
  }
  readTransport(program, 6, 40, 6);
}

/** Ports into the key; r5 = the length of all headers, against which segments of a packet that the device cuts are measured. */
function readTransport(program: Assembler, family: Family, header: number, protocolAt: number): void {
  const transport = IP + header;
  const place = (name: string): string => `${name}${String(family)}`;
  program.load('word', 1, STACK, transport).store('word', STACK, KEY + keyAt.ports, 1);
  program.load('byte', 1, STACK, IP + protocolAt);
  program.jumpIf(1, 'equal', PROTOCOL_TCP, place('tcp')).jumpIf(1, 'notEqual', PROTOCOL_UDP, 'classic');
  program.storeNumber('word', STACK, KEY + keyAt.kind, kindOf(family, PROTOCOL_UDP)).set(5, header + UDP_HEADER);
  program.jump(place('read'));
  program.label(place('tcp')).storeNumber('word', STACK, KEY + keyAt.kind, kindOf(family, PROTOCOL_TCP));
  program
    .load('byte', 1, STACK, transport + 13)
    .compute('and', 1, ACK_AND_ENDS)
    .jumpIf(1, 'notEqual', ACK, 'classic');
  program
    .load('byte', 5, STACK, transport + 12)
    .compute('shiftRight', 5, 4)
    .compute('shiftLeft', 5, 2);
  program.compute('add', 5, header).label(place('read'));
}

function useLease(program: Assembler, leases: number): void {
  // A header that tells of more than there is is for the engine to judge.
  program.load('word', 1, CONTEXT, context.length).compute('subtract', 1, ETHERNET);
  program.jumpIfRegister(1, 'below', LENGTH, 'classic');
  program.load('word', 1, CONTEXT, context.segmentSize);
  program.jumpIf(1, 'notEqual', 0, 'cut').copy(5, LENGTH).jump('measured');
  program.label('cut').computeWith('add', 5, 1).label('measured').store('word', STACK, NUMBER, 5);
  program.setMap(1, leases).copy(2, STACK).compute('add', 2, KEY).call(helpers.mapLookup);
  program.jumpIfNull(0, 'classic').copy(LEASE, 0);
  program.load('word', 1, LEASE, leaseAt.mtu).load('word', 2, STACK, NUMBER);
  program.jumpIfRegister(2, 'above', 1, 'classic');
  program.call(helpers.monotonicTime).load('double', 1, LEASE, leaseAt.until).jumpIfDouble(0, 'atLeast', 1, 'classic');
  program.set(1, 1).addToMemory(LEASE, leaseAt.packets, 1).addToMemory(LEASE, leaseAt.bytes, LENGTH);
  // What makes the order valid comes last.
  for (let at = ORDER_SIZE - 8; at >= 0; at -= 8)
    program.load('double', 1, LEASE, leaseAt.order + at).store('double', ORDER, at, 1);
}
