import { Assembler } from '../../bpf/assembler.ts';
import { helpers } from '../../bpf/helpers.ts';
import { frame, orderAt } from './lease.ts';

/** BPF_F_PSEUDO_HDR: what changed is in the pseudo-header, which unfinished checksums have in them, too. */
const PSEUDO_HEADER = 0x10;
const TWO_BYTES = 2;
const IPV4_CHECKSUM = 24;
/** Let others look at the packet. */
const TCX_NEXT = -1;

const CONTEXT = 6;
const ORDER = 7;
const STACK = 10;
const SCRATCH = -8;

/**
 * Runs for every packet that comes in, after the sockets' filters: one with an order is rewritten as that says and leaves, all
 * others go on to the ingress rules. Segments stay uncut and checksums unfinished, as the rings leave them.
 */
export function forwardingProgram(orders: number): Uint8Array {
  const program = new Assembler();
  program.copy(CONTEXT, 1).storeNumber('word', STACK, SCRATCH, 0);
  program.setMap(1, orders).copy(2, STACK).compute('add', 2, SCRATCH).call(helpers.mapLookup);
  program.jumpIfNull(0, 'next').copy(ORDER, 0);
  program.load('word', 1, ORDER, orderAt.valid).jumpIf(1, 'equal', 0, 'next');
  program.storeNumber('word', ORDER, orderAt.valid, 0);
  program.load('byte', 1, ORDER, orderAt.translates).jumpIf(1, 'equal', 0, 'addressed');
  translate(program);
  program.label('addressed').load('byte', 1, ORDER, orderAt.family).jumpIf(1, 'equal', 6, 'IPv6');
  changeChecksum(
    program,
    helpers.changeIpChecksum,
    () => program.set(2, IPV4_CHECKSUM),
    orderAt.headerDelta,
    () => program.set(5, 0),
  );
  takeHop(program, frame[4].timeToLive);
  program.jump('leave').label('IPv6');
  takeHop(program, frame[6].timeToLive);
  program.label('leave');
  storeFromOrder(program, () => program.set(2, 0), orderAt.ethernet, 14);
  program.load('word', 1, ORDER, orderAt.interface).set(2, 0).call(helpers.redirect).exit();
  program.label('next').exitWith(TCX_NEXT);
  return program.encode();
}

function translate(program: Assembler): void {
  const checksum = (): Assembler => program.load('byte', 2, ORDER, orderAt.checksumOffset);
  changeChecksum(program, helpers.changeTransportChecksum, checksum, orderAt.addressDelta, () =>
    program.load('byte', 5, ORDER, orderAt.checksumFlags).compute('or', 5, PSEUDO_HEADER),
  );
  program.copy(1, CONTEXT).load('byte', 2, ORDER, orderAt.checksumOffset);
  program.load('half', 3, ORDER, orderAt.portBefore).load('half', 4, ORDER, orderAt.portAfter);
  program
    .load('byte', 5, ORDER, orderAt.checksumFlags)
    .compute('or', 5, TWO_BYTES)
    .call(helpers.changeTransportChecksum);
  storeFromOrder(program, () => program.load('byte', 2, ORDER, orderAt.portOffset), orderAt.portAfter, 2);
  const address = (): Assembler => program.load('byte', 2, ORDER, orderAt.addressOffset);
  program.load('byte', 1, ORDER, orderAt.family).jumpIf(1, 'equal', 6, 'long');
  storeFromOrder(program, address, orderAt.address, frame[4].addressLength);
  program.jump('addressed').label('long');
  storeFromOrder(program, address, orderAt.address, frame[6].addressLength);
}

/** By a difference of sums: "from" is 0 then, and so is the size in the flags. */
function changeChecksum(
  program: Assembler,
  helper: number,
  setOffset: () => void,
  deltaAt: number,
  setFlags: () => void,
): void {
  program.copy(1, CONTEXT);
  setOffset();
  program.set(3, 0).load('word', 4, ORDER, deltaAt);
  setFlags();
  program.call(helper);
}

function storeFromOrder(program: Assembler, setOffset: () => void, at: number, length: number): void {
  program.copy(1, CONTEXT);
  setOffset();
  program.copy(3, ORDER).compute('add', 3, at).set(4, length).set(5, 0).call(helpers.storeBytes);
}

function takeHop(program: Assembler, at: number): void {
  const inMemory = (): Assembler =>
    program.copy(1, CONTEXT).set(2, at).copy(3, STACK).compute('add', 3, SCRATCH).set(4, 1);
  inMemory().call(helpers.loadBytes);
  program.load('byte', 1, STACK, SCRATCH).compute('subtract', 1, 1).store('byte', STACK, SCRATCH, 1);
  inMemory().set(5, 0).call(helpers.storeBytes);
}
