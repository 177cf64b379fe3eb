import { quote } from '../quote.ts';
import type { PartInput, RecipePart } from '../recipe.ts';
import { innerNodes } from '../testbed-facts.ts';

/** The node's name, and the others' names (document section 3.3 and 3.6). */
export function identity(input: PartInput): RecipePart {
  const { node } = input;
  return {
    packages: ['procps', 'less', 'nano'],
    install: [
      { kind: 'file', title: 'Name the node', path: '/etc/hostname', content: `${node.name}\n` },
      { kind: 'file', title: 'Write the hosts file', path: '/etc/hosts', content: hostsFile(input) },
      {
        kind: 'command',
        title: 'Take the name',
        unless: `read -r current < /proc/sys/kernel/hostname && [ "$current" = ${quote(node.name)} ]`,
        run: `hostname ${quote(node.name)}`,
      },
    ],
  };
}

/** The document's hosts file; nodes outside the inner network know themselves only. */
export function hostsFile({ testbed, node, context }: PartInput): string {
  const inner = innerNodes(testbed);
  const others = inner.some((entry) => entry.node.name === node.name)
    ? inner.map((entry) => hostsLine(entry.address, entry.node.hostNames, testbed.hostsSuffix))
    : node.interfaces.slice(0, 1).map((entry) => `${entry.address} ${node.hostNames.join(' ')}`);
  const lines = ['127.0.0.1 localhost', ...others];
  // `sshd -i` takes its peer on a pipe for a host named UNKNOWN; without this line every login waits for the name server.
  if (context.init === 'none') lines.push('0.0.0.0 UNKNOWN');
  return `${lines.join('\n')}\n`;
}

function hostsLine(address: string, names: readonly string[], suffix: string): string {
  const [first = ''] = names;
  return [address, `${first}.${suffix}`, ...names].join(' ');
}
