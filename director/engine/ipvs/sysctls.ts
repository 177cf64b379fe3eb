import type { TableResult } from '../../api/table.ts';
import { OK, refuse } from './results.ts';

interface Rule {
  readonly initial: readonly number[];
  /** Why the kernel refuses these values; undefined when it takes them. */
  readonly problem?: (values: readonly number[]) => string | undefined;
}

const anything: Rule = { initial: [0] };

function between(initial: number, least: number, most: number): Rule {
  const problem = ([value = 0]: readonly number[]): string | undefined =>
    value < least || value > most ? `${value} is not between ${least} and ${most}` : undefined;
  return { initial: [initial], problem };
}

function syncThresholdProblem([threshold = 0, period = 0]: readonly number[]): string | undefined {
  if (threshold < 0 || period < 0) return 'both numbers are 0 or more';
  return period > 0 && threshold >= period ? 'the threshold must be below the period' : undefined;
}

function portsProblem([ports = 0]: readonly number[]): string | undefined {
  return ports < 1 || (ports & (ports - 1)) !== 0 ? `${ports} is not a power of two` : undefined;
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
  sync_ports: { initial: [1], problem: portsProblem },
  sync_persist_mode: anything,
  // The kernel takes a share of its memory here; no queue of ours is longer than this.
  sync_qlen_max: between(4096, 0, Number.MAX_SAFE_INTEGER),
  sync_sock_size: anything,
  cache_bypass: anything,
  expire_nodest_conn: anything,
  sloppy_tcp: anything,
  sloppy_sctp: anything,
  expire_quiescent_template: anything,
  sync_threshold: { initial: [3, 50], problem: syncThresholdProblem },
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
    const rule: Rule = rules[name];
    const before = this.values.get(name) ?? [];
    if (values.length === 0 || values.length > rule.initial.length) {
      return refuse('EINVAL', `net.ipv4.vs.${name} takes ${rule.initial.length} number(s), not ${values.length}`);
    }
    const after = before.map((value, index) => values[index] ?? value);
    const problem = rule.problem?.(after);
    if (problem !== undefined) return refuse('EINVAL', `net.ipv4.vs.${name}: ${problem}`);
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
