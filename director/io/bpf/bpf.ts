import * as libc from '../libc.ts';

/** Maps, programs and their attachment through bpf(2). Descriptors are closed with `libc.close`; what is closed is gone. */

// enum bpf_cmd.
const MAP_CREATE = 0;
const MAP_LOOKUP = 1;
const MAP_UPDATE = 2;
const MAP_DELETE = 3;
const PROGRAM_LOAD = 5;
const LINK_CREATE = 28;

export const mapTypes = { hash: 1, perProcessorArray: 6 } as const;
export const programTypes = { socketFilter: 1, trafficControl: 3 } as const;
/** enum bpf_attach_type. */
const TCX_INGRESS = 46;

const ATTRIBUTES = 128;
const LOG_SIZE = 64 * 1024;

/** Memory that pointers in attributes can point to. */
class Memory {
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly view: DataView;

  constructor(length: number) {
    const { address, memory } = libc.anonymousMemory(length);
    this.address = address;
    this.bytes = new Uint8Array(memory);
    this.view = new DataView(memory);
  }

  free(): void {
    libc.munmap(this.address, this.bytes.length);
  }
}

const attributes = new Uint8Array(ATTRIBUTES);
const attributeView = new DataView(attributes.buffer);

function call(command: number, detail: string): number {
  return libc.bpf(command, attributes, detail);
}

function pointer(at: number, address: number): void {
  attributeView.setBigUint64(at, BigInt(address), true);
}

function name(at: number, text: string): void {
  new TextEncoder().encodeInto(text.slice(0, 15), attributes.subarray(at, at + 15));
}

export interface MapShape {
  readonly name: string;
  readonly type: keyof typeof mapTypes;
  /** Bytes. */
  readonly keySize: number;
  readonly valueSize: number;
  readonly entries: number;
}

/** A map that this process reads and writes. Throws SystemError: no right, no such kernel. */
export class BpfMap {
  readonly descriptor: number;
  private readonly shape: MapShape;
  private readonly memory: Memory;

  constructor(shape: MapShape) {
    this.shape = shape;
    attributes.fill(0);
    attributeView.setUint32(0, mapTypes[shape.type], true);
    attributeView.setUint32(4, shape.keySize, true);
    attributeView.setUint32(8, shape.valueSize, true);
    attributeView.setUint32(12, shape.entries, true);
    name(28, shape.name);
    this.descriptor = call(MAP_CREATE, `map ${shape.name}`);
    this.memory = new Memory(shape.keySize + shape.valueSize);
  }

  /** Puts the value in, in the place of one that was there. False when the map is full. */
  update(key: Uint8Array, value: Uint8Array): boolean {
    this.memory.bytes.set(key);
    this.memory.bytes.set(value, this.shape.keySize);
    return this.attempt(MAP_UPDATE);
  }

  /** A view on the value, good until the next call; undefined when there is none. */
  lookup(key: Uint8Array): DataView | undefined {
    this.memory.bytes.set(key);
    if (!this.attempt(MAP_LOOKUP)) return undefined;
    const { buffer, byteOffset } = this.memory.bytes;
    return new DataView(buffer, byteOffset + this.shape.keySize, this.shape.valueSize);
  }

  delete(key: Uint8Array): void {
    this.memory.bytes.set(key);
    this.attempt(MAP_DELETE);
  }

  private attempt(command: number): boolean {
    attributes.fill(0);
    attributeView.setUint32(0, this.descriptor, true);
    pointer(8, this.memory.address);
    // What a command does not use must be zero.
    if (command !== MAP_DELETE) pointer(16, this.memory.address + this.shape.keySize);
    return libc.tryBpf(command, attributes) === 0;
  }

  close(): void {
    libc.close(this.descriptor);
    this.memory.free();
  }
}

/** Loads a program; throws an error with what the kernel's verifier says. */
export function loadProgram(title: string, type: keyof typeof programTypes, program: Uint8Array): number {
  const license = new TextEncoder().encode('MIT\0');
  const memory = new Memory(program.length + license.length + LOG_SIZE);
  try {
    memory.bytes.set(program);
    memory.bytes.set(license, program.length);
    return load(title, type, program.length, memory, program.length + license.length);
  } finally {
    memory.free();
  }
}

/** The verifier writes its log only when it is asked to, which costs time: a second attempt asks. */
function load(title: string, type: keyof typeof programTypes, length: number, memory: Memory, logAt: number): number {
  const prepare = (logLevel: number): void => {
    attributes.fill(0);
    attributeView.setUint32(0, programTypes[type], true);
    attributeView.setUint32(4, length / 8, true);
    pointer(8, memory.address);
    pointer(16, memory.address + length);
    attributeView.setUint32(24, logLevel, true);
    if (logLevel > 0) attributeView.setUint32(28, LOG_SIZE, true);
    if (logLevel > 0) pointer(32, memory.address + logAt);
    name(48, title);
    if (type === 'trafficControl') attributeView.setUint32(68, TCX_INGRESS, true);
  };
  prepare(0);
  const descriptor = libc.tryBpf(PROGRAM_LOAD, attributes);
  if (descriptor >= 0) return descriptor;
  prepare(1);
  const log = memory.bytes.subarray(logAt);
  try {
    return call(PROGRAM_LOAD, `program ${title}`);
  } catch (error) {
    const text = new TextDecoder().decode(log.subarray(0, Math.max(0, log.indexOf(0)))).trim();
    if (!(error instanceof Error) || text === '') throw error;
    throw new Error(`${error.message}: ${text.split('\n').slice(-3).join('; ')}`, { cause: error });
  }
}

/** Runs a program for every packet that comes in by an interface, until the returned descriptor is closed. Linux 6.6. */
export function attachToIngress(program: number, interfaceIndex: number): number {
  attributes.fill(0);
  attributeView.setUint32(0, program, true);
  attributeView.setUint32(4, interfaceIndex, true);
  attributeView.setUint32(8, TCX_INGRESS, true);
  return call(LINK_CREATE, `ingress of interface ${String(interfaceIndex)}`);
}
