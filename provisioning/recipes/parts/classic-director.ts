import type { PartInput, RecipePart } from '../recipe.ts';
import { interfaceOn, known } from '../testbed-facts.ts';
import { keepalivedConf } from './keepalived-conf.ts';

const startUpScript = '/etc/rc.local';

/** The way out for the inner network: forwarding, and translation to the outer address (document section 3.3). */
export function gateway({ testbed, node }: PartInput): RecipePart {
  const outside = testbed.networks.find(({ kind }) => kind === 'nat');
  const outer = known(outside && interfaceOn(node, outside.name), `outer interface of "${node.name}"`).name;
  return {
    packages: ['iptables', 'procps'],
    install: [
      {
        kind: 'file',
        title: 'Write what makes a gateway of this machine',
        path: startUpScript,
        content: `#!/bin/sh -e
sysctl -q -w net.ipv4.ip_forward=1
iptables -P FORWARD ACCEPT
# Once, however often this runs.
iptables --table nat -C POSTROUTING -o ${outer} -j MASQUERADE 2> /dev/null ||
  iptables --table nat -A POSTROUTING -o ${outer} -j MASQUERADE
`,
        mode: '755',
      },
      {
        kind: 'file',
        title: 'Forward packets',
        path: '/etc/sysctl.d/99-relevo.conf',
        content: 'net.ipv4.ip_forward = 1\n',
      },
    ],
    boot: [{ kind: 'command', title: 'Make a gateway of this machine', run: startUpScript }],
  };
}

/** keepalived with the kernel's IPVS, as the document has them (sections 3.8.1 and 3.9). */
export function keepalived({ testbed, node }: PartInput): RecipePart {
  return {
    packages: ['keepalived', 'ipvsadm', 'bind9-dnsutils', 'curl'],
    install: [
      {
        kind: 'file',
        title: 'Configure the virtual addresses and services',
        path: '/etc/keepalived/keepalived.conf',
        content: keepalivedConf(testbed, node),
      },
    ],
    boot: [
      {
        kind: 'service',
        title: 'Start keepalived',
        name: 'keepalived',
        unit: 'keepalived',
        start: 'keepalived',
        pidFile: '/run/keepalived.pid',
      },
    ],
    ready: [
      {
        title: "The kernel's IPVS has the virtual services",
        command: testbed.virtualServices
          .map(({ address, port }) => `ipvsadm -L -n | grep -qF ' ${address}:${port} '`)
          .join(' && '),
      },
    ],
  };
}
