import type { MachineProvider } from '../../exporters/vagrant/options.ts';
import type { Reason } from './syntax.ts';
import type { Place } from './tokens.ts';

/** What a Vagrantfile says, as far as the export could have said it. */

export interface Found<T> extends Place {
  readonly value: T;
}

/** A network adapter besides Vagrant's own. */
export interface FoundAdapter extends Place {
  /** LAB-NETWORK. */
  readonly label?: Found<string>;
  /** Small letters with colons where it is one; as written where it is none. */
  readonly mac?: Found<string>;
  readonly address?: Found<string>;
  readonly netmask?: Found<string>;
  readonly mtu?: Found<number>;
}

/** What one provider is told about a machine. */
export interface FoundSettings extends Place {
  /** The machine's own name there. */
  readonly label?: Found<string>;
  readonly title?: Found<string>;
  /** MiB. */
  readonly memory?: Found<number>;
  readonly processors?: Found<number>;
  readonly adapters: readonly FoundAdapter[];
  /** Something about its adapters is written in Ruby that is not understood: there may be more of them. */
  readonly unread?: true;
}

/** What one provider is told about all machines. */
export interface FoundDefaults extends Place {
  readonly box?: Found<string>;
  readonly memory?: Found<number>;
  readonly processors?: Found<number>;
}

export interface FoundMachine extends Place {
  readonly name: string;
  /** The machine that it is one more of, as a comment says. */
  readonly like?: Found<string>;
  readonly settings: ReadonlyMap<MachineProvider, FoundSettings>;
  /** Paths of the scripts that make it what it is. */
  readonly scripts: readonly Found<string>[];
}

/** A statement, or what is left of one, that says nothing which a testbed has a place for. */
export interface Leftover extends Place {
  /** What it stands in. */
  readonly context: string;
  /** The same for the same meaning, whatever its layout, names of block parameters and order of keywords. */
  readonly normal: string;
  /** As written. */
  readonly text: string;
  /** Set when it is Ruby beyond what the export writes. */
  readonly reason?: Reason;
  /** Set when it only names the machine's script, or the director that the script installs. */
  readonly provisions?: true;
}

export interface FoundLab {
  readonly defaults: ReadonlyMap<MachineProvider, FoundDefaults>;
  /** In the order in which they are made. */
  readonly machines: readonly FoundMachine[];
  /** LAB-NETWORK → addresses, of VirtualBox's NAT networks. */
  readonly natNetworks: ReadonlyMap<string, Found<string>>;
  readonly leftovers: readonly Leftover[];
}
