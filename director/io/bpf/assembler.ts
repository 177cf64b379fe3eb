/**
 * An assembler for eBPF programs (kernel: Documentation/bpf/standardization/instruction-set.rst). An instruction is eight
 * bytes: code, registers, a 16-bit offset and a 32-bit immediate. Methods add one instruction each and return the assembler.
 */

/** r0 holds results, r1–r5 arguments that calls destroy, r6–r9 what calls keep, r10 the end of the stack. */
export type Register = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10;

const widths = { byte: 0x10, half: 0x08, word: 0x00, double: 0x18 } as const;
export type Width = keyof typeof widths;

const operations = { add: 0x00, subtract: 0x10, or: 0x40, and: 0x50, shiftLeft: 0x60, shiftRight: 0x70 } as const;
export type Operation = keyof typeof operations;

/** Of unsigned numbers; `set`: they have a bit in common. */
const conditions = { equal: 0x10, above: 0x20, atLeast: 0x30, set: 0x40, notEqual: 0x50, below: 0xa0 } as const;
export type Condition = keyof typeof conditions;

const LOAD = 0x61;
const LOAD_PACKET = 0x20;
const LOAD_PACKET_INDEXED = 0x40;
const STORE = 0x63;
const STORE_IMMEDIATE = 0x62;
const ATOMIC_DOUBLE = 0xdb;
const LOAD_IMMEDIATE_DOUBLE = 0x18;
const WORD_SIZE = 0x18;
const ALU64_IMMEDIATE = 0x07;
const ALU64_REGISTER = 0x0f;
const MOVE = 0xb0;
const MOVE_WORD_IMMEDIATE = 0xb4;
const BIG_ENDIAN = 0xdc;
const JUMP = 0x05;
const JUMP_WORD_IMMEDIATE = 0x06;
const JUMP_WORD_REGISTER = 0x0e;
const JUMP_DOUBLE_REGISTER = 0x0d;
const JUMP_IF_ZERO = 0x15;
const CALL = 0x85;
const EXIT = 0x95;
/** BPF_PSEUDO_MAP_FD: the immediate is the descriptor of a map. */
const MAP_DESCRIPTOR = 1;

interface Instruction {
  readonly code: number;
  readonly destination: Register;
  readonly source: number;
  readonly offset: number;
  readonly immediate: number;
  /** Where a jump goes; its offset is filled in at the end. */
  readonly label?: string;
}

export class Assembler {
  private readonly instructions: Instruction[] = [];
  private readonly labels = new Map<string, number>();

  private add(
    code: number,
    destination: Register,
    rest: { source?: number; offset?: number; immediate?: number; label?: string } = {},
  ): this {
    this.instructions.push({ source: 0, offset: 0, immediate: 0, ...rest, code, destination });
    return this;
  }

  /** The next instruction is where jumps to this label go. */
  label(name: string): this {
    if (this.labels.has(name)) throw new Error(`The label ${name} is there twice`);
    this.labels.set(name, this.instructions.length);
    return this;
  }

  /** destination = memory at `base` + `offset`, in the byte order of this machine. */
  load(width: Width, destination: Register, base: Register, offset: number): this {
    return this.add((LOAD & ~WORD_SIZE) | widths[width], destination, { source: base, offset });
  }

  /** r0 = the packet from `offset` on, as a number. Needs the context in r6, destroys r1–r5, and ends with 0 behind the packet. */
  loadPacket(width: Exclude<Width, 'double'>, offset: number): this {
    return this.add(LOAD_PACKET | widths[width], 0, { immediate: offset });
  }

  /** As loadPacket, from `index` + `offset` on. */
  loadPacketAt(width: Exclude<Width, 'double'>, index: Register, offset: number): this {
    return this.add(LOAD_PACKET_INDEXED | widths[width], 0, { source: index, immediate: offset });
  }

  store(width: Width, base: Register, offset: number, source: Register): this {
    return this.add((STORE & ~WORD_SIZE) | widths[width], base, { source, offset });
  }

  storeNumber(width: Width, base: Register, offset: number, immediate: number): this {
    return this.add((STORE_IMMEDIATE & ~WORD_SIZE) | widths[width], base, { offset, immediate });
  }

  /** Adds a register to 64 bits of memory that other processors count in, too. */
  addToMemory(base: Register, offset: number, source: Register): this {
    return this.add(ATOMIC_DOUBLE, base, { source, offset });
  }

  copy(destination: Register, source: Register): this {
    return this.add(ALU64_REGISTER | MOVE, destination, { source });
  }

  /** destination = a 32-bit number, its upper half zero. */
  set(destination: Register, immediate: number): this {
    return this.add(MOVE_WORD_IMMEDIATE, destination, { immediate });
  }

  setMap(destination: Register, descriptor: number): this {
    this.add(LOAD_IMMEDIATE_DOUBLE, destination, { source: MAP_DESCRIPTOR, immediate: descriptor });
    return this.add(0, 0);
  }

  compute(operation: Operation, destination: Register, immediate: number): this {
    return this.add(ALU64_IMMEDIATE | operations[operation], destination, { immediate });
  }

  computeWith(operation: Operation, destination: Register, source: Register): this {
    return this.add(ALU64_REGISTER | operations[operation], destination, { source });
  }

  /** 16 bits from network byte order to a number. */
  fromNetwork16(register: Register): this {
    return this.add(BIG_ENDIAN, register, { immediate: 16 });
  }

  jump(label: string): this {
    return this.add(JUMP, 0, { label });
  }

  /** Compares the lower halves of registers. */
  jumpIf(register: Register, condition: Condition, immediate: number, label: string): this {
    return this.add(JUMP_WORD_IMMEDIATE | conditions[condition], register, { immediate, label });
  }

  jumpIfRegister(register: Register, condition: Condition, other: Register, label: string): this {
    return this.add(JUMP_WORD_REGISTER | conditions[condition], register, { source: other, label });
  }

  /** Compares whole registers. */
  jumpIfDouble(register: Register, condition: Condition, other: Register, label: string): this {
    return this.add(JUMP_DOUBLE_REGISTER | conditions[condition], register, { source: other, label });
  }

  /** A pointer that may be null may be used only behind this. */
  jumpIfNull(register: Register, label: string): this {
    return this.add(JUMP_IF_ZERO, register, { label });
  }

  /** The kernel's helper of this number (include/uapi/linux/bpf.h). */
  call(helper: number): this {
    return this.add(CALL, 0, { immediate: helper });
  }

  exit(): this {
    return this.add(EXIT, 0);
  }

  exitWith(result: number): this {
    return this.set(0, result).exit();
  }

  /** The program as the kernel takes it; throws when a label is nowhere. */
  encode(): Uint8Array {
    const bytes = new Uint8Array(this.instructions.length * 8);
    const view = new DataView(bytes.buffer);
    for (const [index, { code, destination, source, offset, immediate, label }] of this.instructions.entries()) {
      view.setUint8(index * 8, code);
      view.setUint8(index * 8 + 1, (source << 4) | destination);
      view.setInt16(index * 8 + 2, label === undefined ? offset : this.distance(label, index), true);
      view.setInt32(index * 8 + 4, immediate | 0, true);
    }
    return bytes;
  }

  private distance(label: string, from: number): number {
    const target = this.labels.get(label);
    if (target === undefined) throw new Error(`There is no label ${label}`);
    const distance = target - from - 1;
    if (distance > 0x7fff) throw new Error(`The label ${label} is too far away`);
    return distance;
  }
}
