import { open } from 'node:fs/promises';

const HEAD_LENGTH = 20;

/** Whether a file is a program for Linux on amd64: what machines are, whatever this computer is. Undefined when there is none. */
export async function isLinuxProgram(path: string): Promise<boolean | undefined> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { buffer } = await file.read(Buffer.alloc(HEAD_LENGTH), 0, HEAD_LENGTH, 0);
    return isElfForAmd64(buffer);
  } finally {
    await file.close();
  }
}

/** ELF, 64 bits, little-endian, for EM_X86_64 (elf(5)). */
function isElfForAmd64(head: Buffer): boolean {
  const EM_X86_64 = 62;
  return head.subarray(0, 6).toString('latin1') === '\x7fELF\x02\x01' && head.readUInt16LE(18) === EM_X86_64;
}
