import { assign, block, call, comment } from './lines.ts';
import type { Lines } from './lines.ts';
import type { Adapter, Machine, MachineLab, MachineNetwork } from './machines.ts';
import { hash } from './ruby.ts';

/** What is libvirt's alone: the words of the plugin vagrant-libvirt. */

export function libvirtDefaults(lab: MachineLab): Lines {
  return block(
    'config.vm.provider "libvirt"',
    ['lv', 'override'],
    [
      assign('override.vm.box', lab.box.names.libvirt),
      ...comment('Machines are named LAB-NODE. Their disks are always copy-on-write images of the box.'),
      assign('lv.default_prefix', `${lab.name}-`),
      assign('lv.cpus', 1),
      ...comment(
        "Vagrant's own network is for all of its machines: else it goes with the last that runs, and who is off cannot start.",
      ),
      assign('lv.management_network_keep', true),
    ],
  );
}

export function libvirtMachine(lab: MachineLab, { node, memory, adapters }: Machine): Lines {
  return block(
    'node.vm.provider "libvirt"',
    ['lv', 'override'],
    [
      assign('lv.description', `Lab ${lab.name}: ${node.title.en}`),
      assign('lv.memory', memory),
      ...(node.machine.processors === undefined ? [] : [assign('lv.cpus', node.machine.processors)]),
      ...adapters.flatMap((adapter) => [...comment(`${adapter.name}: ${adapter.network.name}`), network(adapter)]),
    ],
  );
}

function network({ network: { label, nat, mtu }, mac, address, netmask }: Adapter): string {
  return call(
    'override.vm.network',
    'private_network',
    hash({
      ip: address,
      netmask,
      mac,
      auto_config: false,
      libvirt__network_name: label,
      libvirt__forward_mode: nat ? 'nat' : 'veryisolated',
      // Its DHCP server would answer before the document's.
      libvirt__dhcp_enabled: false,
      libvirt__mtu: mtu,
    }),
  );
}

export function describeLibvirtNetwork({ nat }: MachineNetwork): string {
  return nat ? 'a network with NAT; the host is its gateway' : 'an isolated network, without an address of the host';
}
