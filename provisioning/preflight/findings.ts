import type { Finding } from '../contract/index.ts';
import { virtualBoxFindings } from '../virtualbox/index.ts';
import { addressFindings } from './address-findings.ts';
import type { Demands, HostFacts } from './facts.ts';
import { isOlder } from './versions.ts';

/** Versions that this was written for; older ones are not refused, but said. */
const LEAST_VAGRANT = [2, 3] as const;
/** A machine's own disk: packages, logs, and what snapshots add. */
const DISK_A_MACHINE = 1500;
/** What the host keeps for itself. */
const HOST_MEMORY = 1024;

const ok = (id: string, message: string): Finding => ({ id, level: 'ok', message });
const warning = (id: string, message: string, fix: string): Finding => ({ id, level: 'warning', message, fix });
const failure = (id: string, message: string, fix: string): Finding => ({ id, level: 'error', message, fix });

/** Everything that stands in a lab's way, or might, with what mends it. */
export function findings(facts: HostFacts, demands: Demands): Finding[] {
  const programs = demands.hypervisor === 'virtualbox' ? virtualBoxFindings(facts) : libvirt(facts);
  return [
    vagrant(facts),
    ...programs,
    ...virtualization(facts, demands),
    ...addressFindings(facts, demands),
    memory(facts, demands),
    disk(facts, demands),
    box(facts, demands),
  ];
}

export function isBlocked(found: readonly Finding[]): boolean {
  return found.some(({ level }) => level === 'error');
}

function vagrant({ vagrant: version }: HostFacts): Finding {
  if (version === undefined)
    return failure(
      'vagrant',
      'Vagrant is not installed.',
      'Install it: https://developer.hashicorp.com/vagrant/install, on Debian: sudo apt-get install vagrant',
    );
  if (isOlder(version, LEAST_VAGRANT))
    return warning('vagrant', `Vagrant ${version} is older than what Relevo was written for.`, 'Install 2.3 or later.');
  return ok('vagrant', `Vagrant ${version}`);
}

function libvirt({ libvirt: version, libvirtProblem, plugins, platform }: HostFacts): Finding[] {
  if (platform !== 'linux') return [failure('libvirt', 'libvirt needs Linux.', 'Use --provider virtualbox.')];
  const found: Finding[] = [];
  if (version === undefined) {
    const missing = libvirtProblem === undefined;
    found.push(
      missing
        ? failure(
            'libvirt',
            'libvirt is not installed.',
            'sudo apt-get install libvirt-daemon-system libvirt-clients qemu-system-x86',
          )
        : failure(
            'libvirt',
            `libvirt does not answer: ${libvirtProblem}`,
            'sudo systemctl start libvirtd; sudo adduser "$USER" libvirt, and log in anew',
          ),
    );
  } else found.push(ok('libvirt', `libvirt ${version}`));
  found.push(
    plugins.includes('vagrant-libvirt')
      ? ok('vagrant-libvirt', 'The plugin vagrant-libvirt is there.')
      : failure(
          'vagrant-libvirt',
          'Vagrant has no plugin for libvirt.',
          'vagrant plugin install vagrant-libvirt, on Debian: sudo apt-get install vagrant-libvirt',
        ),
  );
  return found;
}

function virtualization(facts: HostFacts, { hypervisor }: Demands): Finding[] {
  if (facts.hyperV)
    return [
      warning(
        'hyper-v',
        'Hyper-V has the processor’s virtualization; machines will be slow, or will not start.',
        'In a terminal of an administrator: bcdedit /set hypervisorlaunchtype off, and restart. WSL 2 then does not run.',
      ),
    ];
  if (facts.hasVirtualization === false)
    return [
      warning(
        'virtualization',
        'The processor’s virtualization is switched off, or not there: processors are emulated, which takes ten times as long.',
        'Switch on VT-x or AMD-V (SVM) in the firmware; in a virtual machine, nested virtualization.',
      ),
    ];
  if (facts.platform !== 'linux' || hypervisor !== 'libvirt') return [];
  if (facts.kvm === 'denied')
    return [warning('kvm', '/dev/kvm is there, but not for you.', 'sudo adduser "$USER" kvm, and log in anew')];
  if (facts.kvm === 'missing')
    return [warning('kvm', 'There is no /dev/kvm: processors are emulated.', 'sudo modprobe kvm_intel (or kvm_amd)')];
  return [ok('kvm', 'KVM is usable.')];
}

function memory({ freeMemory }: HostFacts, { memory: wanted, machines }: Demands): Finding {
  const message = `${String(machines)} machines take ${String(wanted)} MB of memory together, ${String(freeMemory)} MB are free.`;
  if (wanted + HOST_MEMORY <= freeMemory) return ok('memory', message);
  const fix = 'Close other programs or machines, or use a lab with fewer nodes; namespaces need a tenth.';
  return wanted > freeMemory ? failure('memory', message, fix) : warning('memory', message, fix);
}

function disk({ freeDisk }: HostFacts, { machines }: Demands): Finding {
  const wanted = machines * DISK_A_MACHINE;
  const message = `The machines' disks may grow to ${String(wanted)} MB, ${String(freeDisk)} MB are free.`;
  return wanted <= freeDisk ? ok('disk', message) : warning('disk', message, 'Make room, or move VAGRANT_HOME.');
}

function box({ boxes }: HostFacts, { box: name, hypervisor }: Demands): Finding {
  const isThere = boxes.some((one) => one.name === name && one.provider === hypervisor);
  if (isThere) return ok('box', `The box ${name} is on this computer.`);
  return warning(
    'box',
    `The box ${name} is not on this computer; it is downloaded first.`,
    `vagrant box add ${name} --provider ${hypervisor}`,
  );
}
