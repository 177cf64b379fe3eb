import type { SharingKind } from '../../testbeds/differences.ts';
import type { Plane, Stack } from '../../testbeds/exporters/vagrant/options.ts';
import type { ResolvedNode, ResolvedTestbed } from '../../testbeds/resolved.ts';

interface Step {
  readonly title: string;
  /** Where the testbed's document explains it: its sections, as text. */
  readonly section?: string | undefined;
}

/** Puts a whole file in place; a symbolic link of that name gives way to it. Missing folders are made. */
export interface FileStep extends Step {
  readonly kind: 'file';
  readonly path: string;
  readonly content: string;
  /** Octal, as for chmod; absent: as it is, or 644 for a new file. */
  readonly mode?: string;
}

/** POSIX shell text; fails when any of its commands does. */
export interface CommandStep extends Step {
  readonly kind: 'command';
  readonly run: string;
  /** A condition: when it holds, there is nothing left to do. */
  readonly unless?: string;
}

/** Starts a daemon and sees to it that a systemd machine starts it at every boot. */
export interface ServiceStep extends Step {
  readonly kind: 'service';
  readonly name: string;
  /** The unit that runs it on a machine with systemd. */
  readonly unit: string;
  /** What starts it elsewhere: returns once the daemon is on its own. */
  readonly start: string;
  /** Holds the daemon's process id while it runs; where it does, `start` is left out. */
  readonly pidFile?: string;
}

export type RecipeStep = FileStep | CommandStep | ServiceStep;

/** A cheap shell command that succeeds as soon as the thing named in the title is true. */
export interface ReadinessCheck {
  readonly title: string;
  readonly command: string;
}

/** `none`: a namespace, whose boot script starts everything. `systemd`: a machine of its own. */
export type InitSystem = 'none' | 'systemd';

/** A file that is no text and comes with Relevo: it has to be at `path` before the install steps run. */
export interface Upload {
  readonly asset: 'director' | 'probe';
  readonly path: string;
}

/** What turns a bare Debian system into one node of a testbed. Data only; `script.ts` renders it. */
export interface Recipe {
  readonly node: string;
  readonly init: InitSystem;
  readonly packages: readonly string[];
  readonly uploads: readonly Upload[];
  /** Once in a node's life; what it writes stays on the node's disk. */
  readonly install: readonly RecipeStep[];
  /** At every start of the node. */
  readonly boot: readonly RecipeStep[];
  readonly ready: readonly ReadinessCheck[];
}

/** One concern of a recipe: the network, the web server, … */
export type RecipePart = Partial<Pick<Recipe, 'packages' | 'uploads' | 'install' | 'boot' | 'ready'>>;

export interface RecipeContext {
  /** How the storage node's files reach the others: NFS needs the kernel's client, which namespaces seldom have. */
  readonly sharing: SharingKind;
  readonly init: InitSystem;
  /** Machines only: Relevo's drills will measure from the client. Namespaces see the probe anyway. */
  readonly hasDrills?: boolean;
  /** What runs on the directors; by default our own. */
  readonly stack?: Stack;
  /** Who forwards, when it is ours. */
  readonly plane?: Plane;
  /** The lab's own keys, as OpenSSH writes them. */
  readonly keys: {
    /** root's, with which the nodes reach each other. */
    readonly clusterPrivateKey: string;
    readonly clusterPublicKey: string;
    /** The same host key for every node of the lab. */
    readonly hostPrivateKey: string;
    readonly hostPublicKey: string;
    /**
     * The web servers' RSA key of 2048 bits (PEM), which they share as the document's clones do. Absent: each makes its own,
     * which takes up to half a second of a processor.
     */
    readonly webPrivateKey?: string;
  };
}

/** What a part of a recipe is made from. */
export interface PartInput {
  readonly testbed: ResolvedTestbed;
  readonly node: ResolvedNode;
  readonly context: RecipeContext;
}
