import type { Tunnel } from '../../api/table.ts';
import { usageError } from './exit.ts';

/** The kinds of options as ipvsadm 1.31 counts and names them, in the order in which it looks at them. */
export const optionKinds = [
  'numeric',
  'connection',
  'service-address',
  'scheduler',
  'persistent',
  'netmask',
  'real-server',
  'forwarding-method',
  'weight',
  'u-threshold',
  'l-threshold',
  'mcast-interface',
  'timeout',
  'daemon',
  'stats',
  'rate',
  'thresholds',
  'persistent-conn',
  'nosort',
  'syncid',
  'exact',
  'ops',
  'pe',
  'sched-flags',
  'mcast-group',
  'mcast-port',
  'mcast-ttl',
  'sync-maxlen',
  'tun-info',
  'tun-type',
  'tun-port',
  'tun-nocsum',
  'tun-csum',
  'tun-remcsum',
] as const;
export type OptionKind = (typeof optionKinds)[number];

export type CommandName =
  | 'add-service'
  | 'edit-service'
  | 'delete-service'
  | 'flush'
  | 'list'
  | 'add-server'
  | 'delete-server'
  | 'edit-server'
  | 'set'
  | 'start-daemon'
  | 'stop-daemon'
  | 'restore'
  | 'save'
  | 'zero';

/** What a command takes; what is in none of the lists is illegal. Of the exclusive ones it takes one. */
interface Rule {
  readonly compulsory?: readonly OptionKind[];
  readonly optional?: readonly OptionKind[];
  readonly exclusive?: readonly OptionKind[];
}

const serviceRule: Rule = {
  compulsory: ['service-address'],
  optional: ['scheduler', 'persistent', 'netmask', 'ops', 'pe', 'sched-flags'],
};
const serverRule: Rule = {
  compulsory: ['service-address', 'real-server'],
  optional: [
    ...(['forwarding-method', 'weight', 'u-threshold', 'l-threshold'] as const),
    ...(['tun-type', 'tun-port', 'tun-nocsum', 'tun-csum', 'tun-remcsum'] as const),
  ],
};
const rules: Readonly<Record<CommandName, Rule>> = {
  'add-service': serviceRule,
  'edit-service': serviceRule,
  'delete-service': { compulsory: ['service-address'] },
  flush: {},
  list: {
    optional: [
      ...(['numeric', 'stats', 'rate', 'thresholds', 'persistent-conn'] as const),
      ...(['nosort', 'syncid', 'exact', 'tun-info'] as const),
    ],
    exclusive: ['connection', 'service-address', 'timeout', 'daemon'],
  },
  'add-server': serverRule,
  'delete-server': { compulsory: ['service-address', 'real-server'] },
  'edit-server': serverRule,
  set: {},
  'start-daemon': {
    optional: ['mcast-interface', 'syncid', 'mcast-group', 'mcast-port', 'mcast-ttl', 'sync-maxlen'],
  },
  'stop-daemon': { optional: ['syncid'] },
  restore: {},
  save: { optional: ['numeric'] },
  zero: { optional: ['service-address'] },
};

/** Throws IpvsadmExit for the first option that is missing or out of place. */
export function checkOptions(command: CommandName, given: ReadonlySet<OptionKind>): void {
  checkAgainst(rules[command], optionKinds, given, `'${command}' command`);
}

const tunnelOptions: readonly OptionKind[] = ['tun-port', 'tun-nocsum', 'tun-csum', 'tun-remcsum'];
const tunnelRules: Readonly<Record<Tunnel['type'], Rule>> = {
  ipip: {},
  gue: { compulsory: ['tun-port'], exclusive: ['tun-nocsum', 'tun-csum', 'tun-remcsum'] },
  gre: { exclusive: ['tun-nocsum', 'tun-csum'] },
};

/** As above, for what a kind of tunnel takes. */
export function checkTunnelOptions(type: Tunnel['type'], given: ReadonlySet<OptionKind>): void {
  checkAgainst(tunnelRules[type], tunnelOptions, given, `'${type}' tunnel type`);
}

function checkAgainst(rule: Rule, kinds: readonly OptionKind[], given: ReadonlySet<OptionKind>, where: string): void {
  let exclusive: OptionKind | undefined;
  for (const kind of kinds) {
    const isCompulsory = rule.compulsory?.includes(kind) ?? false;
    if (!given.has(kind)) {
      if (isCompulsory) throw usageError(`You need to supply the '${kind}' option for the ${where}`);
    } else if (rule.exclusive?.includes(kind)) {
      if (exclusive !== undefined)
        throw usageError(`The option '${kind}' conflicts with the '${exclusive}' option in the ${where}`, {
          option: kind,
        });
      exclusive = kind;
    } else if (!isCompulsory && !rule.optional?.includes(kind))
      throw usageError(`Illegal '${kind}' option with the ${where}`, { option: kind });
  }
}
