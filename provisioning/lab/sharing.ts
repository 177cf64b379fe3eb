import type { ProviderName, Sharing } from '../contract/index.ts';

const sharings: Record<ProviderName, Sharing> = {
  namespaces: {
    kind: 'sshfs',
    reason:
      'Nodes in namespaces share this machine’s kernel, which has no NFS of its own for them; the files travel over SSH (sshfs). Virtual machines use real NFS.',
  },
  vagrant: {
    kind: 'nfs',
    reason:
      'The storage node is a machine with a kernel of its own, which serves the files by NFS as the document does.',
  },
};

/** How the storage node's files reach the web servers, and why in this way. */
export function sharingOf(provider: ProviderName): Sharing {
  return sharings[provider];
}
