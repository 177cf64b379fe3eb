import type { ResolvedNode } from '../../../testbeds/resolved.ts';
import type { FileStep, PartInput, RecipePart } from '../recipe.ts';
import { innerInterface, innerNodes } from '../testbed-facts.ts';
import { portCheck } from './port-check.ts';

/** root goes from node to node without a password or a question (document sections 3.3 and 3.6). */
export function secureShell(input: PartInput): RecipePart {
  const { testbed, node } = input;
  const inside = innerInterface(testbed, node) !== undefined;
  return {
    packages: ['openssh-server', 'openssh-client'],
    install: [...hostKeySteps(input), serverStep(input), ...(inside ? clusterKeySteps(input) : [])],
    boot: [
      {
        kind: 'service',
        title: 'Start the SSH server',
        name: 'sshd',
        unit: 'ssh',
        start: '[ -d /run/sshd ] || mkdir -p /run/sshd\n/usr/sbin/sshd',
        pidFile: '/run/sshd.pid',
      },
    ],
    ready: [portCheck('The SSH server answers', '127.0.0.1', 22)],
  };
}

/** On a machine of its own, what its system lets in is let in: the way of whoever made it. */
function serverStep({ context }: PartInput): FileStep {
  const hostKey = hostKeyPath(context.keys.hostPublicKey);
  const title = 'Configure the SSH server';
  if (context.init === 'none') {
    return { kind: 'file', title, path: '/etc/ssh/sshd_config', content: serverConfiguration(hostKey) };
  }
  const content = `PermitRootLogin yes\nUseDNS no\nHostKey ${hostKey}\n`;
  return { kind: 'file', title, path: '/etc/ssh/sshd_config.d/01-relevo.conf', content };
}

/** The whole file, because a node's system may begin as a view of the machine's own: what that one lets in is not for a node. */
function serverConfiguration(hostKey: string): string {
  return `Port 22
PermitRootLogin yes
UseDNS no
HostKey ${hostKey}
# The post-quantum key exchanges take 0.1 s of a processor at each connection.
KexAlgorithms -sntrup761*,mlkem768*
KbdInteractiveAuthentication no
# Without PAM, sshd lets nobody into an account whose password is locked, as root's often is.
UsePAM yes
PrintMotd no
AcceptEnv LANG LC_*
Subsystem sftp /usr/lib/openssh/sftp-server
`;
}

function hostKeySteps({ context }: PartInput): FileStep[] {
  const { hostPrivateKey, hostPublicKey } = context.keys;
  const path = hostKeyPath(hostPublicKey);
  return [
    { kind: 'file', title: "Write the lab's host key", path, content: hostPrivateKey, mode: '600' },
    { kind: 'file', title: 'Write its public half', path: `${path}.pub`, content: hostPublicKey },
  ];
}

/** The storage node lets the others in; every other node of the inner network is a clone that can also go out (section 3.4). */
function clusterKeySteps({ testbed, node, context }: PartInput): FileStep[] {
  const { clusterPrivateKey, clusterPublicKey } = context.keys;
  const identity = `/root/.ssh/id_${keyType(clusterPublicKey)}`;
  const letIn: FileStep = {
    kind: 'file',
    title: "Let the cluster's key in",
    path: '/root/.ssh/authorized_keys',
    content: clusterPublicKey,
    mode: '600',
  };
  if (node.name === testbed.storage.node) return [letIn];
  return [
    letIn,
    { kind: 'file', title: "Write the cluster's key", path: identity, content: clusterPrivateKey, mode: '600' },
    { kind: 'file', title: 'Write its public half', path: `${identity}.pub`, content: clusterPublicKey },
    {
      kind: 'file',
      title: 'Make the nodes known to each other',
      path: '/root/.ssh/known_hosts',
      content: `${knownNames(testbed.hostsSuffix, innerNodes(testbed))} ${keyOnly(context.keys.hostPublicKey)}\n`,
    },
  ];
}

function knownNames(suffix: string, nodes: readonly { node: ResolvedNode; address: string }[]): string {
  const names = nodes.flatMap(({ node, address }) => [
    ...node.hostNames,
    `${node.hostNames[0] ?? ''}.${suffix}`,
    address,
  ]);
  return names.join(',');
}

/** `ssh-ed25519` → `ed25519`, `ssh-rsa` → `rsa`, `ecdsa-sha2-nistp256` → `ecdsa`: how OpenSSH names its files. */
function keyType(publicKey: string): string {
  return publicKey.replace(/^ssh-/, '').split(/[\s-]/)[0] ?? '';
}

function hostKeyPath(publicKey: string): string {
  return `/etc/ssh/ssh_host_${keyType(publicKey)}_key`;
}

/** Type and key without the comment. */
function keyOnly(publicKey: string): string {
  return publicKey.trim().split(/\s+/).slice(0, 2).join(' ');
}
