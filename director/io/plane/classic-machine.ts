import type { Instruction } from './socket-filter.ts';

interface Machine {
  accumulator: number;
  index: number;
}
type Load = (view: DataView, machine: Machine, operand: number) => void;

/** The few loads of linux/filter.h that the program uses; one beyond the frame throws. */
const loads = new Map<number, Load>([
  [0x20, (view, machine, operand) => (machine.accumulator = view.getUint32(operand))],
  [0x28, (view, machine, operand) => (machine.accumulator = view.getUint16(operand))],
  [0x30, (view, machine, operand) => (machine.accumulator = view.getUint8(operand))],
  [0x48, (view, machine, operand) => (machine.accumulator = view.getUint16(machine.index + operand))],
  [0x80, (view, machine) => (machine.accumulator = view.byteLength)],
  [0xb1, (view, machine, operand) => (machine.index = (view.getUint8(operand) & 15) * 4)],
]);
const conditions = new Map<number, (accumulator: number, operand: number) => boolean>([
  [0x15, (accumulator, operand) => accumulator === operand],
  [0x25, (accumulator, operand) => accumulator > operand],
  [0x45, (accumulator, operand) => (accumulator & operand) !== 0],
]);
const JUMP = 0x05;
const RETURN = 0x06;

/** For tests: whether a classic program accepts a frame. A load beyond the frame rejects, as in the kernel. */
export function run(program: readonly Instruction[], bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const machine: Machine = { accumulator: 0, index: 0 };
  for (let at = 0; at < program.length; at++) {
    const { code, jumpTrue, jumpFalse, operand } = program[at] ?? fail('the program has no end');
    const condition = conditions.get(code);
    if (code === RETURN) return operand > 0;
    if (code === JUMP) at += operand;
    else if (condition !== undefined) at += condition(machine.accumulator, operand) ? jumpTrue : jumpFalse;
    else {
      const load = loads.get(code) ?? fail(`instruction ${String(code)}`);
      try {
        load(view, machine, operand);
      } catch {
        return false;
      }
    }
  }
  return fail('the program has no end');
}

function fail(message: string): never {
  throw new Error(message);
}
