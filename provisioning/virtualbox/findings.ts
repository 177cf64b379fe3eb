import type { Finding } from '../contract/index.ts';
import type { HostFacts } from '../preflight/facts.ts';
import { isOlder } from '../preflight/versions.ts';

const LEAST = [7, 0] as const;
/** The first Vagrant that takes each VirtualBox (Vagrant's CHANGELOG.md); it refuses those that it does not know. */
const leastVagrants: readonly (readonly [virtualBox: readonly [number, number], vagrant: readonly number[]])[] = [
  [
    [7, 2],
    [2, 4, 9],
  ],
  [
    [7, 1],
    [2, 4, 2],
  ],
  [
    [7, 0],
    [2, 3, 2],
  ],
];

const warning = (id: string, message: string, fix: string): Finding => ({ id, level: 'warning', message, fix });
const failure = (id: string, message: string, fix: string): Finding => ({ id, level: 'error', message, fix });

/** Whether VirtualBox is there, fits the Vagrant that is there, and can start machines. */
export function virtualBoxFindings(facts: HostFacts): Finding[] {
  if (facts.virtualBox === undefined) {
    const fix = 'Install it from https://www.virtualbox.org/wiki/Downloads, or use --provider libvirt.';
    return [failure('virtualbox', 'VirtualBox is not installed.', fix)];
  }
  return [...version(facts.virtualBox, facts.vagrant), ...kernelModule(facts), ...otherHypervisor(facts), hostOnly];
}

/** VirtualBox refuses host-only networks elsewhere than in its ranges, since 6.1.28 (its manual, "Host-Only Networking"). */
const hostOnly: Finding = {
  id: 'host-only',
  level: 'ok',
  message:
    'No machine has a host-only network, so the ranges that VirtualBox allows for them (192.168.56.0/21, unless /etc/vbox/networks.conf has others) do not matter.',
};

function version(virtualBox: string, vagrant: string | undefined): Finding[] {
  if (isOlder(virtualBox, LEAST)) {
    const message = `VirtualBox ${virtualBox} has no NAT networks as the documents use them.`;
    return [warning('virtualbox', message, 'Install 7.0 or later.')];
  }
  const ok: Finding = { id: 'virtualbox', level: 'ok', message: `VirtualBox ${virtualBox}` };
  const [, least] = leastVagrants.find(([from]) => !isOlder(virtualBox, from)) ?? [];
  if (vagrant === undefined || least === undefined || !isOlder(vagrant, least)) return [ok];
  const message = `Vagrant ${vagrant} refuses VirtualBox ${virtualBox}: it is newer than what it knows.`;
  const [major = 7, minor = 0] = virtualBox.split('.').map(Number);
  const older = minor > 0 ? `, or VirtualBox ${major}.${minor - 1}` : '';
  const fix = `Install Vagrant ${least.join('.')} or later (https://developer.hashicorp.com/vagrant/install)${older}.`;
  return [ok, failure('virtualbox-vagrant', message, fix)];
}

function kernelModule({ platform, vboxModule, secureBoot }: HostFacts): Finding[] {
  if (platform !== 'linux' || vboxModule) return [];
  const fix = secureBoot
    ? 'Secure Boot refuses modules that nobody has signed: sign it (sudo mokutil --import the key of /usr/src/vboxhost-*, restart, enrol), or switch Secure Boot off in the firmware.'
    : 'sudo /sbin/vboxconfig';
  return [failure('virtualbox-module', 'VirtualBox’s kernel module is not loaded.', fix)];
}

/** One program at a time has VT-x or AMD-V; since Linux 6.12 KVM takes it when its module is loaded. */
function otherHypervisor({ kvmHolds }: HostFacts): Finding[] {
  if (kvmHolds === undefined) return [];
  if (kvmHolds === 'machines') {
    const message = 'Machines of KVM’s run on this computer; VirtualBox cannot start any beside them.';
    return [warning('kvm-in-use', message, 'End them (virsh list), and try again.')];
  }
  const message = 'KVM’s module may hold the processor’s virtualization; VirtualBox before 7.2 then starts no machine.';
  const fix =
    'sudo modprobe -r kvm_intel kvm_amd; for good: options kvm enable_virt_at_load=0 in /etc/modprobe.d/kvm.conf.';
  return [warning('kvm-in-use', message, fix)];
}
