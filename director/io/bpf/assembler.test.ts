import { describe, expect, it } from 'vitest';
import { Assembler } from './assembler.ts';

const hex = (program: Assembler): string[] =>
  [...Buffer.from(program.encode()).toString('hex').matchAll(/.{16}/g)].map(([one]) => one);

// The expected bytes are those of llvm-mc for the instruction in the comment.
describe('the assembler', () => {
  it('encodes loads and stores of every width', () => {
    const program = new Assembler()
      .load('double', 1, 10, -8) // r1 = *(u64 *)(r10 - 8)
      .load('byte', 2, 7, 23) // r2 = *(u8 *)(r7 + 23)
      .store('half', 10, -2, 3) // *(u16 *)(r10 - 2) = r3
      .storeNumber('word', 10, -104, 7); // *(u32 *)(r10 - 104) = 7
    expect(hex(program)).toEqual(['79a1f8ff00000000', '7172170000000000', '6b3afeff00000000', '620a98ff07000000']);
  });

  it('encodes arithmetic', () => {
    const program = new Assembler()
      .copy(6, 1) // r6 = r1
      .set(0, -1) // w0 = -1
      .compute('shiftRight', 5, 4) // r5 >>= 4
      .computeWith('add', 5, 1) // r5 += r1
      .fromNetwork16(7) // r7 = be16 r7
      .addToMemory(8, 16, 7); // lock *(u64 *)(r8 + 16) += r7
    expect(hex(program)).toEqual([
      'bf16000000000000',
      'b4000000ffffffff',
      '7705000004000000',
      '0f15000000000000',
      'dc07000010000000',
      'db78100000000000',
    ]);
  });

  it('encodes maps, calls and the end', () => {
    const program = new Assembler().setMap(1, 5).call(1).exitWith(0);
    expect(hex(program)).toEqual([
      '1811000005000000',
      '0000000000000000',
      '8500000001000000',
      'b400000000000000',
      '9500000000000000',
    ]);
  });

  it('counts jumps from the instruction behind them, in either direction', () => {
    const program = new Assembler()
      .label('again')
      .jumpIf(1, 'above', 1600, 'end') // if w1 > 1600 goto +2
      .jumpIfNull(0, 'end') // if r0 == 0 goto +1
      .jump('again') // goto -3
      .label('end')
      .jumpIfDouble(0, 'atLeast', 1, 'end'); // if r0 >= r1 goto -1
    expect(hex(program)).toEqual(['2601020040060000', '1500010000000000', '0500fdff00000000', '3d10ffff00000000']);
  });

  it('refuses labels that are nowhere, twice there, or too far away', () => {
    expect(() => new Assembler().jump('nowhere').encode()).toThrow('no label nowhere');
    expect(() => new Assembler().label('a').label('a')).toThrow('twice');
    const far = new Assembler().jump('far');
    for (let index = 0; index < 0x8000; index++) far.exit();
    expect(() => far.label('far').exit().encode()).toThrow('too far away');
  });
});
