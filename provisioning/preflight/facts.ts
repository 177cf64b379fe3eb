/** What a computer can do for virtual machines, as far as it could be found out. */
export interface HostFacts {
  readonly platform: NodeJS.Platform;
  /** Versions of programs that are there. */
  readonly vagrant?: string;
  readonly virtualBox?: string;
  readonly libvirt?: string;
  /** Why virsh, which is there, does not reach libvirt. */
  readonly libvirtProblem?: string;
  readonly plugins: readonly string[];
  /** The processor can run virtual machines by itself; undefined where nobody says. */
  readonly hasVirtualization?: boolean;
  /** KVM's device: there and ours, there and not ours, or missing. Linux only. */
  readonly kvm: 'usable' | 'denied' | 'missing';
  /** Who of KVM has the processor's virtualization: machines that run, or the module from when it was loaded. Linux only. */
  readonly kvmHolds?: 'machines' | 'module';
  /** Hyper-V, or what rests on it, has the processor's virtualization. Windows only. */
  readonly hyperV: boolean;
  /** Only signed kernel modules are loaded. Linux only. */
  readonly secureBoot: boolean;
  /** VirtualBox's kernel module is loaded. Linux only. */
  readonly vboxModule: boolean;
  /** Networks that this computer has addresses in, or ways to. */
  readonly networks: readonly HostNetwork[];
  /** MiB that programs can still have. */
  readonly freeMemory: number;
  /** MiB where machines' disks go. */
  readonly freeDisk: number;
  /** Name and provider of the boxes that Vagrant has. */
  readonly boxes: readonly { readonly name: string; readonly provider: string }[];
}

export interface HostNetwork {
  readonly device: string;
  readonly cidr: string;
}

/** What a lab asks of a computer. */
export interface Demands {
  readonly hypervisor: 'virtualbox' | 'libvirt';
  readonly box: string;
  /** MiB of all machines together. */
  readonly memory: number;
  readonly machines: number;
  /** The networks in which the host gets an address. VirtualBox's internal and NAT networks, and isolated ones, have none. */
  readonly networks: readonly { readonly name: string; readonly cidr: string }[];
  readonly testbed: string;
  readonly lab: string;
  /** Networks that none of the lab's may be renumbered to: the testbed's own, and what it knows outside. */
  readonly taken: readonly string[];
}
