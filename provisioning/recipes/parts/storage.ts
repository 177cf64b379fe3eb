import { quote } from '../quote.ts';
import type { CommandStep, PartInput, ReadinessCheck, RecipePart } from '../recipe.ts';
import { innerNetwork } from '../testbed-facts.ts';
import { mountTable } from './mount-table.ts';
import { portCheck } from './port-check.ts';

/** The storage node: one directory, exported under another name (document section 3.2). */
export function storageServer({ testbed, context }: PartInput): RecipePart {
  const { directory, export: exported, files } = testbed.storage;
  const nfs = context.sharing === 'nfs';
  return {
    packages: nfs ? ['rpcbind', 'nfs-kernel-server'] : ['openssh-sftp-server'],
    install: [
      mountTable('Note the second name of the files', `${directory} ${exported} none bind 0 0`, context.init),
      ...files.map(({ path, content }) => ({
        kind: 'file' as const,
        title: `Store ${path}`,
        path: `${directory}/${path}`,
        content,
      })),
      ...(nfs
        ? [
            {
              kind: 'file' as const,
              title: 'Export the files',
              path: '/etc/exports',
              content: `${exported} ${innerNetwork(testbed).cidr}(fsid=0,rw,sync,no_subtree_check,no_root_squash)\n`,
            },
          ]
        : []),
    ],
    boot: [
      mountStep(`Mount ${directory} as ${exported}`, exported),
      ...(nfs
        ? [
            {
              kind: 'service' as const,
              title: 'Start the NFS server',
              name: 'nfs',
              // Its other name, nfs-kernel-server, is a link, which systemd enables no more.
              unit: 'nfs-server',
              start: 'rpcbind\nexportfs -ra\nrpc.nfsd 8\nrpc.mountd',
            },
          ]
        : []),
    ],
    ready: [
      mountedCheck(`The files are at ${exported}`, exported),
      ...(nfs ? [portCheck('The NFS server answers', '127.0.0.1', 2049)] : []),
    ],
  };
}

/** Waits for the storage node without holding up the boot, and mounts as soon as it is there. */
const mountWhenThere = '/usr/local/sbin/mount-when-there';

/**
 * A node that uses the shared files (document section 3.3).
 *
 * The times of sshfs were measured: without a connection timeout a read hangs for 75 s after the storage node's death; with
 * these it fails after 4 s and works again as soon as that node is back. For 20 s it would believe a directory that it has
 * listed, and a page that was just written would not be there.
 */
export function storageClient({ testbed, node: { role }, context }: PartInput): RecipePart {
  const { node, export: exported, mountPoint } = testbed.storage;
  const sshfs =
    'auto,reconnect,allow_other,ConnectTimeout=2,ServerAliveInterval=2,ServerAliveCountMax=2,dcache_timeout=1';
  const line =
    context.sharing === 'nfs'
      ? `${node}:/ ${mountPoint} nfs auto,rsize=8192,wsize=8192 0 0`
      : `root@${node}:${exported} ${mountPoint} fuse.sshfs ${sshfs} 0 0`;
  return {
    packages: [context.sharing === 'nfs' ? 'nfs-common' : 'sshfs'],
    install: [
      mountTable('Note where the shared files come from', line, context.init),
      {
        kind: 'file',
        title: 'Write the program that waits for the storage node',
        path: mountWhenThere,
        content: mountProgram,
        mode: '755',
      },
    ],
    boot: [
      {
        kind: 'command',
        title: `Mount the files of ${node} at ${mountPoint}`,
        unless: mountedCommand(mountPoint),
        run: `mkdir -p ${quote(mountPoint)}\nsetsid ${mountWhenThere} ${quote(mountPoint)} > /dev/null 2>&1 &`,
      },
    ],
    // Only the web servers are no use without the files; nobody need wait until a director has them too.
    ready: role === 'web' ? [mountedCheck(`The files of ${node} are at ${mountPoint}`, mountPoint)] : [],
  };
}

const mountProgram = `#!/bin/sh
# Mounts $1 (see /etc/fstab) as soon as its server answers. Quick at first: usually the server starts in the same moment.
for pause in 0.1 0.1 0.2 0.2 0.4; do
  mount "$1" && exit
  sleep "$pause"
done
until mount "$1"; do sleep 1; done
`;

function mountStep(title: string, mountPoint: string): CommandStep {
  const place = quote(mountPoint);
  return {
    kind: 'command',
    title,
    unless: mountedCommand(mountPoint),
    run: `[ -d ${place} ] || mkdir -p ${place}\nmount ${place}`,
  };
}

/** A mount by sshfs is listed before its connection stands; looking inside waits for that. */
function mountedCheck(title: string, mountPoint: string): ReadinessCheck {
  return { title, command: `${mountedCommand(mountPoint)} && [ -d ${quote(`${mountPoint}/.`)} ]` };
}

function mountedCommand(mountPoint: string): string {
  return `grep -qF ${quote(` ${mountPoint} `)} /proc/mounts`;
}
