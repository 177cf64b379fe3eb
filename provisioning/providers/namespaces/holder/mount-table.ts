export interface MountTableOptions {
  /** The node's `upper`, `work` and `root`. */
  readonly disk: string;
  readonly baseMount: string;
  readonly nodeProgram: string;
  readonly nodeLibrary: string;
}

/** fstab(5) separates its fields by blanks. */
const field = (text: string): string =>
  text.replaceAll('\\', '\\134').replaceAll(' ', '\\040').replaceAll('\t', '\\011');

/**
 * What a node mounts, as one fstab(5): `mount -a` does it in one process, and processes are what a lab's start costs.
 * Nothing below can be seen outside the node's own mount namespace.
 */
export function mountTable({ disk, baseMount, nodeProgram, nodeLibrary }: MountTableOptions): string {
  const root = `${disk}/root`;
  const rows = [
    ['relevo-node', root, 'overlay', `index=off,lowerdir=${baseMount},upperdir=${disk}/upper,workdir=${disk}/work`],
    ['proc', `${root}/proc`, 'proc', 'defaults'],
    ['sysfs', `${root}/sys`, 'sysfs', 'ro'],
    ['tmpfs', `${root}/run`, 'tmpfs', 'mode=755'],
    ['tmpfs', `${root}/tmp`, 'tmpfs', 'mode=1777'],
    ['tmpfs', `${root}/dev`, 'tmpfs', 'mode=755'],
    ['devpts', `${root}/dev/pts`, 'devpts', 'X-mount.mkdir,newinstance,ptmxmode=0666,mode=0620,gid=5'],
    ['tmpfs', `${root}/dev/shm`, 'tmpfs', 'X-mount.mkdir,mode=1777'],
    [nodeProgram, `${root}/opt/relevo/node`, 'none', 'bind,ro'],
    [nodeLibrary, `${root}/opt/relevo/lib`, 'none', 'bind,ro'],
  ];
  return rows.map((row) => `${row.map(field).join(' ')} 0 0\n`).join('');
}
