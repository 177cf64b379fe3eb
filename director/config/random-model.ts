import type {
  CheckConfiguration,
  CheckTiming,
  RealServerConfiguration,
  VirtualServerConfiguration,
} from '../engine/checks/configuration.ts';
import type { VrrpInstanceConfiguration } from '../engine/vrrp/configuration.ts';
import type { MarkRule } from '../engine/marks.ts';
import type { DirectorConfiguration } from './configuration.ts';
import type { FormatName } from './formats.ts';
import { schedulerNames } from './schedulers.ts';

/** Seeded random numbers (mulberry32), for tests that can be repeated. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to and without 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number, both ends included. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(values: readonly T[]): T {
    const value = values[this.whole(0, values.length - 1)];
    if (value === undefined) throw new Error('nothing to pick from');
    return value;
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A random configuration that a format can say in full (`yaml`: any at all). */
export function randomModel(dice: Dice, format: FormatName): DirectorConfiguration {
  const services = Array.from({ length: dice.whole(0, 4) }, (_, index) => randomService(dice, format, index));
  const seconds = () => dice.whole(1, 900);
  const instances = format === 'keepalived' || format === 'yaml' ? randomInstances(dice) : [];
  return {
    instances,
    ...(format === 'yaml' && instances.length > 0
      ? { vrrp: { syncGroups: [{ name: 'VG', memberWeights: true }] } }
      : {}),
    virtualServers: format === 'lvs' ? sameForwarding(services, dice.pick(['masq', 'gate', 'ipip'])) : services,
    marks: format === 'yaml' && dice.chance(0.5) ? [randomMark(dice)] : [],
    ...(format !== 'ldirectord' && dice.chance(0.3)
      ? {
          sync: {
            interface: 'eth1',
            syncId: dice.whole(0, 255),
            maximumLength: 0,
            group: '224.0.0.81',
            port: 8848,
            ttl: 1,
          },
        }
      : {}),
    ...(format !== 'ldirectord' && dice.chance(0.3)
      ? { timeouts: { tcpSeconds: seconds(), tcpFinSeconds: seconds(), udpSeconds: seconds() } }
      : {}),
    ...(format === 'yaml' && dice.chance(0.3) ? { admin: { listen: '127.0.0.1:9090', tokenFile: '/etc/token' } } : {}),
    plane: format === 'yaml' ? dice.pick(['auto', 'packet', 'rings', 'ipvs']) : 'auto',
  };
}

function randomMark(dice: Dice): MarkRule {
  return {
    mark: dice.whole(1, 0xffff_ffff),
    protocol: dice.pick(['TCP', 'UDP']),
    ports: { from: 80, to: 90 },
    source: '10.0.0.0/8',
  };
}

function randomInstances(dice: Dice): VrrpInstanceConfiguration[] {
  return Array.from({ length: dice.whole(0, 2) }, (_, index) => {
    const preempt = dice.chance(0.7);
    return {
      name: `VI_${index}`,
      version: 2,
      interface: `eth${index}`,
      vrid: dice.whole(1, 255),
      priority: dice.whole(1, 254),
      advertIntervalMs: dice.whole(1, 5) * 1000,
      startsAs: preempt ? dice.pick(['MASTER', 'BACKUP'] as const) : 'BACKUP',
      preempt,
      preemptDelayMs: 0,
      virtualAddresses: [
        { address: `10.9.${index}.${dice.whole(1, 250)}`, prefixLength: 24, interface: `eth${index}` },
      ],
      ...(dice.chance(0.5) ? { password: 'secret' } : {}),
      gratuitousArp: { repeat: dice.whole(1, 9), delayMs: dice.whole(0, 9) * 1000, refreshMs: 0, refreshRepeat: 1 },
      syncGroup: 'VG',
    };
  });
}

function sameForwarding(
  services: readonly VirtualServerConfiguration[],
  forwarding: 'masq' | 'gate' | 'ipip',
): VirtualServerConfiguration[] {
  return services.map((service) => ({
    ...service,
    ...(service.sorryServer ? { sorryServer: { ...service.sorryServer, forwarding } } : {}),
    realServers: service.realServers.map((server) => ({ ...server, forwarding })),
  }));
}

function randomService(dice: Dice, format: FormatName, index: number): VirtualServerConfiguration {
  const six = format !== 'lvs' && dice.chance(0.3);
  const head = randomHead(dice, format, index, six);
  const scheduler = dice.pick(schedulerNames);
  const mask = six ? dice.pick(['128', '64']) : dice.pick(['255.255.255.255', '255.255.255.0']);
  const flagged = (scheduler === 'sh' || scheduler === 'mh') && format !== 'lvs' && dice.chance(0.7);
  const pool = randomPool(dice, format, head, six);
  return {
    ...head,
    scheduler,
    schedulerFlags: flagged ? [`${scheduler}-fallback`, `${scheduler}-port`] : [],
    ...(dice.chance(0.4) ? { persistence: { timeoutSeconds: dice.whole(1, 3000), mask } } : {}),
    onePacket: head.protocol === 'UDP' && format !== 'lvs' && dice.chance(0.3),
    ...pool,
    quorum: 1,
    hysteresis: 0,
    notifiesOnStop: (format === 'yaml' || format === 'keepalived') && dice.chance(0.3),
  };
}

function randomHead(dice: Dice, format: FormatName, index: number, six: boolean): Head {
  if (format !== 'lvs' && dice.chance(0.25))
    return { protocol: 'FWM', address: six ? '::' : '0.0.0.0', port: 0, mark: index + 1 };
  const address = six ? `2001:db8::${index + 1}` : `10.0.0.${index + 1}`;
  return { protocol: dice.pick(['TCP', 'UDP']), address, port: dice.pick([80, 443, 53, 25, 8080, 3306]) };
}

type Head = Pick<VirtualServerConfiguration, 'protocol' | 'address' | 'port' | 'mark'>;

function randomPool(
  dice: Dice,
  format: FormatName,
  head: Head,
  six: boolean,
): Pick<VirtualServerConfiguration, 'realServers' | 'sorryServer'> {
  const shape = randomShape(dice, format, head);
  const realServers = Array.from({ length: dice.whole(1, 3) }, (_, index) => {
    const address = six ? `2001:db8:1::${index + 1}` : `10.0.1.${index + 1}`;
    const forwarding = dice.pick(['masq', 'gate', 'ipip'] as const);
    const changed = forwarding === 'masq' && format !== 'lvs' && head.mark === undefined && dice.chance(0.3);
    return shape({ address, port: changed ? 8081 : head.port, forwarding });
  });
  if (format === 'ipvsadm' || !dice.chance(0.4)) return { realServers };
  const address = six ? '2001:db8:1::99' : '10.0.1.99';
  const inhibit = (format === 'keepalived' || format === 'yaml') && dice.chance(0.5);
  const enters = format === 'ldirectord' || (format === 'yaml' && dice.chance(0.5)) ? 'none-up' : undefined;
  return {
    realServers,
    sorryServer: { address, port: head.port, forwarding: 'gate', weight: 1, inhibit, ...(enters ? { enters } : {}) },
  };
}

type ServerHead = Pick<RealServerConfiguration, 'address' | 'port' | 'forwarding'>;

/** What the servers of one service have in common: some formats check them all alike. */
function randomShape(dice: Dice, format: FormatName, head: Head): (server: ServerHead) => RealServerConfiguration {
  const single = format === 'keepalived' || format === 'yaml';
  const checked = single ? dice.chance(0.8) : format !== 'ipvsadm';
  const inhibitOnFailure = format !== 'ipvsadm' && dice.chance(0.5);
  const startsDown = format === 'ldirectord' || format === 'lvs' || (single && dice.chance(0.5));
  const seed = dice.whole(0, 0xffff_ffff);
  const thresholds = format !== 'lvs' && dice.chance(0.3);
  return (server) => {
    const check = randomCheck(new Dice(seed), format, head, server);
    const result: Mutable<RealServerConfiguration> = {
      ...server,
      weight: dice.whole(0, 100),
      upperThreshold: thresholds ? 100 : 0,
      lowerThreshold: thresholds ? 50 : 0,
      inhibitOnFailure,
      startsDown,
      checks: checked ? [check] : [],
    };
    if (single && dice.chance(0.3)) result.notifyUp = { command: ['/bin/up', 'a b', '"c"\\'], user: 'bob:staff' };
    if (server.forwarding === 'ipip' && format !== 'ldirectord' && format !== 'lvs' && dice.chance(0.4))
      result.tunnel = { type: 'gue', port: 6080, checksum: dice.pick(['none', 'checksum', 'remote-checksum']) };
    return result;
  };
}

function randomCheck(dice: Dice, format: FormatName, head: Head, server: ServerHead): CheckConfiguration {
  const where = { address: server.address, port: server.port === 0 ? 80 : server.port };
  switch (format) {
    case 'ldirectord':
      return ldirectordCheck(dice, head, server, { ...where, ...wholeTiming });
    case 'lvs':
      return lvsCheck(dice, head, where);
    default:
      return keepalivedCheck(dice, { ...where, ...randomTiming(dice) }, format === 'yaml');
  }
}

type Where = CheckTiming & { readonly address: string; readonly port: number };

const wholeTiming: CheckTiming = {
  intervalMs: 7000,
  timeoutMs: 3000,
  retries: 2,
  delayBeforeRetryMs: 7000,
  warmupMs: 0,
};

function randomTiming(dice: Dice): CheckTiming {
  const time = () => dice.whole(1, 20_000) / 4;
  return {
    intervalMs: time(),
    timeoutMs: time(),
    retries: dice.whole(0, 5),
    delayBeforeRetryMs: time(),
    warmupMs: time(),
  };
}

function ldirectordCheck(dice: Dice, head: Head, server: ServerHead, where: Where): CheckConfiguration {
  const { address: _address, port: _port, ...timing } = where;
  const connect = head.protocol === 'UDP' ? 'PING_CHECK' : 'TCP_CHECK';
  const external = [
    '/bin/check',
    String(head.mark ?? head.address),
    String(head.port),
    server.address,
    String(server.port),
  ];
  const url = { path: '/a', method: dice.pick(['GET', 'HEAD'] as const), statusCodes: [{ from: 200, to: 299 }] };
  return dice.pick<CheckConfiguration>([
    { kind: connect, ...where },
    { kind: 'PING_CHECK', ...where },
    { kind: 'FIXED', up: dice.chance(0.5), ...timing },
    { kind: 'MISC_CHECK', command: external, dynamicWeight: false, ...timing },
    {
      ...{ kind: 'HTTP_GET', ...where, version: '1.1', userAgent: 'libwww-perl' },
      urls: [{ ...url, regex: { source: 'o.k', flags: '', negated: false }, virtualHost: 'w.example', redirects: 7 }],
    },
    {
      ...{ kind: 'NEGOTIATE', service: dice.pick(['imap', 'ldap', 'mysql', 'smtp', 'none'] as const), ...where },
      ...{ request: 'q', receive: 'ok', login: 'me', password: 'pw', database: 'd' },
    },
  ]);
}

function lvsCheck(
  dice: Dice,
  head: Head,
  where: { readonly address: string; readonly port: number },
): CheckConfiguration {
  const timeoutSeconds = dice.whole(6, 60);
  const intervalMs = Math.round((timeoutSeconds * 1000) / 6);
  const timing = {
    intervalMs,
    timeoutMs: timeoutSeconds * 1000,
    retries: 0,
    delayBeforeRetryMs: intervalMs,
    warmupMs: 0,
    reentryMs: dice.pick([180_000, 15_000]),
  };
  const target = { ...where, ...timing };
  return dice.pick<CheckConfiguration>([
    { kind: head.protocol === 'UDP' ? 'PING_CHECK' : 'TCP_CHECK', ...target },
    { kind: 'SEND_EXPECT', ...target, send: 'GET / HTTP/1.0\r\n\r\n', expect: 'H"T\\P', useRegex: dice.chance(0.5) },
    {
      kind: 'SEND_EXPECT',
      ...target,
      send: '',
      expect: 'up',
      useRegex: false,
      program: ['/bin/ask', where.address, 'a b'],
    },
  ]);
}

function keepalivedCheck(dice: Dice, where: Where, any: boolean): CheckConfiguration {
  const { address: _address, port: _port, ...timing } = where;
  const url = {
    path: '/a{b}',
    method: 'GET' as const,
    statusCodes: [
      { from: 200, to: 200 },
      { from: 300, to: 302 },
    ],
  };
  const checks: CheckConfiguration[] = [
    { kind: 'TCP_CHECK', ...where, bindAddress: where.address, bindPort: 99, bindInterface: 'eth0' },
    { kind: 'PING_CHECK', ...where, address: '10.7.7.7' },
    {
      ...{ kind: 'SSL_GET', ...where, version: '1.0C', userAgent: 'KeepAliveClient', serverName: 'v.example' },
      urls: [
        { ...url, virtualHost: 'v.example', digest: '9b3a0c85a887a256d6939da88aabd8cd' },
        { ...url, regex: { source: String.raw`^\s*"o{2}\.k#'`, flags: 'i', negated: true, maximumOffset: 9 } },
      ],
    },
    { kind: 'SMTP_CHECK', ...where, heloName: 'me.example' },
    { kind: 'DNS_CHECK', ...where, type: dice.pick(['A', 'SOA']), name: 'www.example' },
    {
      kind: 'MISC_CHECK',
      ...timing,
      timeoutMs: 2000,
      command: ['/bin/x', 'a b', '#!{}"'],
      dynamicWeight: true,
      user: 'bob',
    },
    {
      ...{ kind: 'FILE_CHECK', intervalMs: 250, timeoutMs: 5000, retries: 0, delayBeforeRetryMs: 1000, warmupMs: 0 },
      ...{ name: 'load', path: '/run/a load', weight: dice.pick([-2, 0, 70_000]), reverse: dice.chance(0.5) },
    },
    { kind: 'UDP_CHECK', ...where, payload: 'ab01', requireReply: true, expect: '0xx1', minimumReplyLength: 1 },
  ];
  if (any)
    checks.push(
      { kind: 'AGENT_CHECK', ...where, send: 'x\n' },
      { kind: 'LOAD', ...timing, command: ['uptime'] },
      { kind: 'FIXED', ...timing, up: true },
    );
  return dice.pick(checks);
}
