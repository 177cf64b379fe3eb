/** One file, folder or symbolic link of an initramfs. */
export type Entry =
  | { readonly path: string; readonly content: Uint8Array; readonly mode: number }
  | { readonly path: string; readonly link: string }
  | { readonly path: string };

const trailer = 'TRAILER!!!';

/** An archive in the "newc" format that the kernel unpacks (Documentation/driver-api/early-userspace/buffer-format.rst). */
export function archive(entries: readonly Entry[]): Buffer {
  const parts = entries.map((entry, index) => record(entry, index + 1));
  return Buffer.concat([...parts, header(trailer, { inode: 0, mode: 0, size: 0 })]);
}

function record(entry: Entry, inode: number): Buffer {
  const { mode, body } = describe(entry);
  return Buffer.concat([header(entry.path, { inode, mode, size: body.length }), padded(body)]);
}

function describe(entry: Entry): { mode: number; body: Buffer } {
  if ('content' in entry) return { mode: 0o100000 | entry.mode, body: Buffer.from(entry.content) };
  if ('link' in entry) return { mode: 0o120777, body: Buffer.from(entry.link) };
  return { mode: 0o040755, body: Buffer.alloc(0) };
}

function header(name: string, { inode, mode, size }: { inode: number; mode: number; size: number }): Buffer {
  // inode, mode, uid, gid, links, time, size, device (2), special device (2), length of the name, checksum
  const fields = [inode, mode, 0, 0, 1, 0, size, 0, 0, 0, 0, name.length + 1, 0];
  const text = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}${name}\0`;
  return padded(Buffer.from(text, 'latin1'));
}

const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
