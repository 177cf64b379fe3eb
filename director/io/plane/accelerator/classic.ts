import type { Assembler } from '../../bpf/assembler.ts';
import { classicCodes } from '../socket-filter.ts';
import type { Instruction } from '../socket-filter.ts';

const HEADER_LENGTH_MASK = 0x0f;
/** Holds the classic index register; calls keep it, and packet loads. */
const INDEX = 8;

/**
 * Goes on with a classic program: its accumulator is r0, its index r8, the context is in r6. Only what our own filters are
 * made of is known. The kernel does the same to programs of SO_ATTACH_FILTER (net/core/filter.c, bpf_convert_filter).
 */
export function appendClassic(assembler: Assembler, program: readonly Instruction[]): void {
  const place = (index: number): string => `classic ${String(index)}`;
  const reachable = reachableIn(program);
  for (const [index, { code, jumpTrue, jumpFalse, operand }] of program.entries()) {
    // The verifier refuses instructions to which no way leads.
    if (!reachable.has(index)) continue;
    assembler.label(place(index));
    const next = index + 1;
    const branch = (condition: 'equal' | 'above' | 'set'): void => {
      assembler.jumpIf(0, condition, operand, place(next + jumpTrue));
      if (jumpFalse > 0) assembler.jump(place(next + jumpFalse));
    };
    switch (code) {
      case classicCodes.loadWord:
        assembler.loadPacket('word', operand);
        break;
      case classicCodes.loadHalf:
        assembler.loadPacket('half', operand);
        break;
      case classicCodes.loadByte:
        assembler.loadPacket('byte', operand);
        break;
      case classicCodes.loadHeaderLength:
        assembler.loadPacket('byte', operand).compute('and', 0, HEADER_LENGTH_MASK).compute('shiftLeft', 0, 2);
        assembler.copy(INDEX, 0);
        break;
      case classicCodes.loadHalfIndexed:
        assembler.loadPacketAt('half', INDEX, operand);
        break;
      case classicCodes.jump:
        assembler.jump(place(next + operand));
        break;
      case classicCodes.jumpIfEqual:
        branch('equal');
        break;
      case classicCodes.jumpIfGreater:
        branch('above');
        break;
      case classicCodes.jumpIfSet:
        branch('set');
        break;
      case classicCodes.return:
        assembler.exitWith(operand);
        break;
      default:
        throw new Error(`No translation for the classic instruction ${String(code)}`);
    }
  }
}

/** Indexes of the instructions to which a way leads from the first. */
function reachableIn(program: readonly Instruction[]): Set<number> {
  const reached = new Set<number>();
  const open = [0];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    const instruction = program[index];
    if (instruction === undefined || reached.has(index)) continue;
    reached.add(index);
    const from = index;
    open.push(...successors(instruction).map((offset) => from + 1 + offset));
  }
  return reached;
}

/** How many instructions each way skips. */
function successors({ code, jumpTrue, jumpFalse, operand }: Instruction): number[] {
  switch (code) {
    case classicCodes.return:
      return [];
    case classicCodes.jump:
      return [operand];
    case classicCodes.jumpIfEqual:
    case classicCodes.jumpIfGreater:
    case classicCodes.jumpIfSet:
      return [jumpTrue, jumpFalse];
    default:
      return [0];
  }
}
