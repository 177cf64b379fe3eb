import type { ResolvedNode, ResolvedTestbed } from '../../testbeds/resolved.ts';

/** Puts a whole file in place; a symbolic link of that name gives way to it. Missing folders are made. */
export interface FileStep {
  readonly kind: 'file';
  readonly title: string;
  readonly path: string;
  readonly content: string;
  /** Octal, as for chmod; absent: as it is, or 644 for a new file. */
  readonly mode?: string;
}

/** POSIX shell text; fails when any of its commands does. */
export interface CommandStep {
  readonly kind: 'command';
  readonly title: string;
  readonly run: string;
  /** A condition: when it holds, there is nothing left to do. */
  readonly unless?: string;
}

/** Starts a daemon and sees to it that a systemd machine starts it at every boot. */
export interface ServiceStep {
  readonly kind: 'service';
  readonly title: string;
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

export type InitSystem = 'none' | 'systemd';

/** What turns a bare Debian system into one node of a testbed. Data only; `script.ts` renders it. */
export interface Recipe {
  readonly node: string;
  readonly init: InitSystem;
  readonly packages: readonly string[];
  /** Once in a node's life; what it writes stays on the node's disk. */
  readonly install: readonly RecipeStep[];
  /** At every start of the node. */
  readonly boot: readonly RecipeStep[];
  readonly ready: readonly ReadinessCheck[];
}

/** One concern of a recipe: the network, the web server, … */
export type RecipePart = Partial<Pick<Recipe, 'packages' | 'install' | 'boot' | 'ready'>>;

export interface RecipeContext {
  /** How the storage node's files reach the others: NFS needs the kernel's client, which namespaces seldom have. */
  readonly sharing: 'sshfs' | 'nfs';
  readonly init: InitSystem;
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
