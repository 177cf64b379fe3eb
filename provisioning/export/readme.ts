import { describeLibvirtNetwork } from '../../testbeds/exporters/vagrant/libvirt.ts';
import type { Machine, MachineLab } from '../../testbeds/exporters/vagrant/machines.ts';
import type { ExportOptions, MachineProvider } from '../../testbeds/exporters/vagrant/options.ts';
import { describeVirtualBoxNetwork } from '../../testbeds/exporters/vagrant/virtualbox.ts';
import { askingNode, masterName } from '../checks/facts.ts';

const providerNames: Record<MachineProvider, string> = { virtualbox: 'VirtualBox', libvirt: 'libvirt' };

/** What somebody needs to know who has only this folder. */
export function readme(lab: MachineLab, options: ExportOptions): string {
  const sections = [
    introduction(lab),
    start(lab),
    machines(lab),
    networks(lab),
    inside(lab, options),
    differences(lab),
  ];
  return sections.join('\n');
}

function introduction({ testbed, name, machines: list, providers }: MachineLab): string {
  const { title, description, source } = testbed;
  const memory = list.reduce((sum, machine) => sum + machine.memory, 0);
  return `# ${plain(title.en)}

${plain(description.en)}

The lab "${name}", after *${plain(source.title)}* (${plain(source.author)}, ${source.year}): ${list.length} virtual machines with ${memory} MB of memory together.
Relevo wrote this folder; it is not needed to use it.

What is needed: [Vagrant](https://developer.hashicorp.com/vagrant), ${needed(providers)}, and Internet for the boxes and packages of the first start.
`;
}

function needed(providers: readonly MachineProvider[]): string {
  const names = providers.map((provider) =>
    provider === 'libvirt' ? 'libvirt with the plugin vagrant-libvirt' : 'VirtualBox',
  );
  return names.join(' or ');
}

/** A command line and what it does. */
type Use = readonly [command: string, effect: string];

/** vagrant-libvirt asks the machine to shut down first, even with -f, and then it says goodbye to its standby. */
function killing(provider: MachineProvider, lab: string, master: string): Use {
  const effect = 'kill the master: its standby takes over';
  return provider === 'libvirt'
    ? [`virsh -c qemu:///system destroy ${lab}-${master}`, effect]
    : [`vagrant halt -f ${master}`, effect];
}

function uses({ name, providers, testbed }: MachineLab): Use[] {
  const client = askingNode(testbed)?.name;
  const master = masterName(testbed);
  const web = testbed.virtualServices.find(({ protocol }) => protocol === 'TCP');
  return [
    ...providers.map((provider): Use => [`vagrant up --provider=${provider}`, 'make and start all machines']),
    ['sh verify.sh', 'does it do what the document shows?'],
    ...(client === undefined || web === undefined
      ? []
      : [[`vagrant ssh ${client} -c 'curl -s http://${web.address}:${web.port}/'`, 'ask from outside'] as const]),
    ...(master === undefined
      ? []
      : [
          ...providers.map((provider) => killing(provider, name, master)),
          [`vagrant up ${master}`, 'and start it again'] as const,
        ]),
    ['vagrant destroy -f', 'nothing is left but the downloaded box'],
  ];
}

function start(lab: MachineLab): string {
  const all = uses(lab);
  const width = Math.max(...all.map(([command]) => command.length));
  const commands = all.map(([command, effect]) => `    ${command.padEnd(width)}  # ${effect}`).join('\n');
  return `## Use

${commands}

The machines start one after the other, storage and master first. \`vagrant provision NODE\` may be run again: it changes what is not as it
should be, and nothing else.

On Windows, \`vagrant\` runs in any terminal and \`verify.sh\` in Git's shell: *Git Bash*, or \`& 'C:\\Program Files\\Git\\bin\\sh.exe' verify.sh\` in PowerShell.
Keep Linux's line ends when you edit a script; Vagrant mends them as it uploads one, \`verify.sh\` nobody.

The scripts in \`provision/\` hold **private keys**, made for this folder alone. Do not publish it.
`;
}

function machines({ machines: list, box, providers }: MachineLab): string {
  const rows = list.map((machine) => `| ${row(machine).join(' | ')} |`).join('\n');
  const reasons = [...new Set(list.flatMap(({ memoryReason }) => memoryReason ?? []))];
  return `## Machines

| machine | what it is | interfaces | memory | set up by |
|---|---|---|---|---|
${rows}

Box: ${providers.map((provider) => `\`${box.names[provider]}\` (${providerNames[provider]})`).join(', ')}.
${reasons.map((reason) => `More memory than in the document: ${reason}\n`).join('')}`;
}

function row({ node, memory, adapters }: Machine): string[] {
  const interfaces = adapters.map(({ name, network, mac }, index) => {
    const entry = node.interfaces[index];
    const how = entry?.method === 'dhcp' ? ' by DHCP' : '';
    return `${name}: ${network.name} ${entry?.address ?? ''}${how}, ${mac}`;
  });
  return [node.name, plain(node.title.en), interfaces.join('<br>'), `${memory} MB`, `\`provision/${node.name}.sh\``];
}

function networks({ networks: list, providers }: MachineLab): string {
  const rows = list.map((network) => {
    const kinds = providers.map((provider) =>
      provider === 'libvirt'
        ? `libvirt: ${describeLibvirtNetwork(network)}`
        : `VirtualBox: ${describeVirtualBoxNetwork(network)}`,
    );
    return `| ${network.name} | ${network.label} | ${network.cidr} | ${network.mtu} | ${kinds.join('<br>')} |`;
  });
  return `## Networks

| network | called | addresses | MTU | what it is |
|---|---|---|---|---|
${rows.join('\n')}
`;
}

const stacks: Record<ExportOptions['stack'], string> = {
  director: `The directors run Relevo's director, one program in the place of keepalived and IPVS: \`director/director\`, installed as
\`/usr/local/sbin/director\` with the unit \`relevo-director\`. It reads the document's \`/etc/keepalived/keepalived.conf\`; \`ipvsadm\` on the directors
asks it (the kernel's own is \`/usr/sbin/ipvsadm\`). \`systemctl reload relevo-director\` reads the file again, \`journalctl -u relevo-director\` tells what it did.`,
  classic: `The directors run the document's own software from the system's packages: keepalived with the kernel's IPVS
(\`/etc/keepalived/keepalived.conf\`, \`ipvsadm -L\`) and HAProxy (\`/etc/haproxy/haproxy.cfg\`).`,
};

function inside({ testbed }: MachineLab, { stack }: ExportOptions): string {
  const { storage } = testbed;
  const { sharing } = testbed.differences.vagrant;
  return `## Inside

${stacks[stack]}

${storage.node} shares \`${storage.directory}\` by ${sharing.kind}; the others see it at \`${storage.mountPoint}\`. ${plain(sharing.reason.en)}
Each step in \`provision/*.sh\` is named, with the section of the document that explains it.
`;
}

/** As the testbed declares them for machines. */
function differences({ testbed }: MachineLab): string {
  const { others } = testbed.differences.vagrant;
  const lines = Object.values(others).map(({ what, why }) => `- **${plain(what.en)}** ${plain(why.en)}`);
  return `## What differs from the document, and why

${[...lines, '- **To change addresses or add machines, change them in Relevo and export again:** they stand in many files. (`relevo.json` is for that; Vagrant does not read it.)'].join('\n')}
`;
}

/** Text of a testbed in Markdown: on one line, nothing in it special. */
function plain(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_[\]<>|#]/g, (found) => `\\${found}`);
}
