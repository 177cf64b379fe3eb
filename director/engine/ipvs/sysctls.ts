import type { TableResult } from '../../api/table.ts';
import { OK, refuse } from './results.ts';

interface Rule {
  readonly initial: readonly number[];
  /** What the kernel takes; anything when it is not there. */
  readonly wants?: string;
  readonly takes?: (values: readonly number[]) => boolean;
}

const anything: Rule = { initial: [0] };

function between(initial: number, least: number, most: number): Rule {
  const takes = ([value = 0]: readonly number[]): boolean => value >= least && value <= most;
  return { initial: [initial], wants: `${least} to ${most}`, takes };
}

function isSyncThreshold([threshold = 0, period = 0]: readonly number[]): boolean {
  return threshold >= 0 && period >= 0 && (period === 0 || threshold < period);
}

function isPowerOfTwo([ports = 0]: readonly number[]): boolean {
  return ports >= 1 && (ports & (ports - 1)) === 0;
}

/** `/proc/sys/net/ipv4/vs`: names, first values and what the kernel refuses (ip_vs_ctl.c, vs_vars). */
const rules = {
  amemthresh: { initial: [1024] },
  am_droprate: { initial: [10] },
  drop_entry: between(0, 0, 3),
  drop_packet: between(0, 0, 3),
  conntrack: anything,
  secure_tcp: between(0, 0, 3),
  snat_reroute: { initial: [1] },
  sync_version: between(1, 0, 1),
  sync_ports: { initial: [1], wants: 'a power of two', takes: isPowerOfTwo },
  sync_persist_mode: anything,
  // The kernel takes a share of its memory here; no queue of ours is longer than this.
  sync_qlen_max: between(4096, 0, Number.MAX_SAFE_INTEGER),
  sync_sock_size: anything,
  cache_bypass: anything,
  expire_nodest_conn: anything,
  sloppy_tcp: anything,
  sloppy_sctp: anything,
  expire_quiescent_template: anything,
  sync_threshold: {
    initial: [3, 50],
    wants: 'a threshold and a period above it, or period 0',
    takes: isSyncThreshold,
  },
  sync_refresh_period: anything,
  sync_retries: between(0, 0, 3),
  // Ours: established entries are sent at once (engine/sync/settings.ts); 0 = as the kernel does.
  sync_prompt: between(1, 0, 1),
  nat_icmp_send: anything,
  pmtu_disc: { initial: [1] },
  backup_only: anything,
  conn_reuse_mode: { initial: [1] },
  schedule_icmp: anything,
  ignore_tunneled: anything,
  run_estimation: { initial: [1] },
} as const satisfies Record<string, Rule>;

export type SysctlName = keyof typeof rules;

function isName(name: string): name is SysctlName {
  return Object.hasOwn(rules, name);
}

export const sysctlNames = Object.keys(rules) as readonly SysctlName[];

/** What is wanted in the place of these numbers; undefined when they will do. */
export function sysctlProblem(name: SysctlName, values: readonly number[]): string | undefined {
  const rule: Rule = rules[name];
  const most = rule.initial.length;
  if (values.length === 0 || values.length > most) return most === 1 ? 'one number' : `at most ${most} numbers`;
  const after = rule.initial.map((value, index) => values[index] ?? value);
  return rule.takes?.(after) === false ? rule.wants : undefined;
}

/** Sysctls that the packet plane keeps and that change nothing there, with the reason. */
const withoutEffect: Partial<Record<SysctlName, string>> = {
  amemthresh: 'the table has a bound of its own and never runs short of memory',
  conntrack: 'the plane works without connection tracking',
  snat_reroute: 'answers always take the route of their new source',
  cache_bypass: 'packets to addresses that are not local are never forwarded',
  ignore_tunneled: 'packets in tunnels are not looked into',
  sloppy_sctp: 'there is no SCTP',
};
/** Levels 1 and 2 act while the kernel is short of memory. */
const defences: readonly SysctlName[] = ['drop_entry', 'drop_packet', 'secure_tcp'];

/** What a person should know who gives a sysctl of the packet plane this value; undefined when it acts as in the kernel. */
export function sysctlRemark(name: string, [value = 0]: readonly number[]): string | undefined {
  if (!isName(name)) return undefined;
  const reason = withoutEffect[name];
  if (reason !== undefined) return `net.ipv4.vs.${name} has no effect on the packet plane: ${reason}`;
  if (defences.includes(name) && (value === 1 || value === 2))
    return `net.ipv4.vs.${name} = ${value} never acts on the packet plane, which never runs short of memory; 3 always acts`;
  return undefined;
}

export class Sysctls {
  private readonly values = new Map<string, readonly number[]>(
    Object.entries(rules).map(([name, { initial }]) => [name, initial]),
  );
  /** The ones that the packet path reads, as plain fields. */
  connReuseMode = 1;
  expireNodestConn = false;
  expireQuiescentTemplate = false;
  sloppyTcp = false;
  secureTcp = false;
  backupOnly = false;
  /** Each how many-th new packet is dropped; 0 = none. */
  dropRate = 0;
  /** Half-open and old entries are dropped at random, once a second. */
  dropEntry = false;

  /** The first number of a sysctl. */
  number(name: SysctlName): number {
    return this.values.get(name)?.[0] ?? 0;
  }

  all(): Record<string, number[]> {
    return Object.fromEntries([...this.values].map(([name, values]) => [name, [...values]]));
  }

  /** ENOENT for a name that `/proc/sys/net/ipv4/vs` lacks, EINVAL for a value that the kernel refuses. */
  set(name: string, values: readonly number[]): TableResult {
    if (!isName(name)) return refuse('ENOENT', `There is no sysctl net.ipv4.vs.${name}`);
    const before = this.values.get(name) ?? [];
    const after = before.map((value, index) => values[index] ?? value);
    const wanted = sysctlProblem(name, values.length === 0 ? [] : [...after, ...values.slice(after.length)]);
    if (wanted !== undefined) return refuse('EINVAL', `net.ipv4.vs.${name} takes ${wanted}, not ${values.join(' ')}`);
    this.values.set(name, after);
    this.refresh();
    return OK;
  }

  /**
   * update_defense_level: 3 is always on. 1 and 2 are on while the kernel is short of memory; this table has a bound of its
   * own instead and never is.
   */
  private refresh(): void {
    this.connReuseMode = this.number('conn_reuse_mode');
    this.expireNodestConn = this.number('expire_nodest_conn') !== 0;
    this.expireQuiescentTemplate = this.number('expire_quiescent_template') !== 0;
    this.sloppyTcp = this.number('sloppy_tcp') !== 0;
    this.secureTcp = this.number('secure_tcp') === 3;
    this.backupOnly = this.number('backup_only') !== 0;
    this.dropRate = this.number('drop_packet') === 3 ? this.number('am_droprate') : 0;
    this.dropEntry = this.number('drop_entry') === 3;
  }
}
