import type { MachineProvider } from './options.ts';

/** A system that machines start from. */
export interface Box {
  /** The box's name in the public registry, or wherever else Vagrant knows it. */
  readonly names: Readonly<Record<MachineProvider, string>>;
  /** MiB below which it does not start or cannot install packages; what a testbed asks for below that is raised. */
  readonly minimumMemory: number;
  /** Why it needs them, for whoever reads the Vagrantfile. */
  readonly reason: string;
}

/** Debian's own box is for libvirt only; Canonical makes none since 24.04. */
const known: Readonly<Record<string, Box>> = {
  debian: {
    names: { virtualbox: 'bento/debian-13', libvirt: 'debian/trixie64' },
    minimumMemory: 512,
    reason: "Debian 13 asks for 512 MB: with less, unpacking its initial RAM disk or apt's package lists may fail",
  },
  ubuntu: {
    names: { virtualbox: 'cloud-image/ubuntu-24.04', libvirt: 'cloud-image/ubuntu-24.04' },
    minimumMemory: 768,
    reason:
      'Ubuntu 24.04 runs cloud-init, snapd and unattended upgrades besides, and does not start reliably with less',
  },
};

/** `debian` and `ubuntu`, which stand for the current releases' boxes. */
export const knownBoxes: readonly string[] = Object.keys(known);

/** OWNER/NAME as in the registry, or the name of a box that was added by hand. */
export const boxNamePattern = /^[a-z0-9][\w.-]*(\/[a-z0-9][\w.-]*)?$/i;

/** The box for a word; any other word than the known ones is the name of a box, which gets what memory the testbed says. */
export function boxFor(word: string): Box {
  return known[word] ?? { names: { virtualbox: word, libvirt: word }, minimumMemory: 0, reason: '' };
}
